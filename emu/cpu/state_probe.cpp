// The probe works by marker and by provocation: nothing is believed because a header says so.
//
// #GP with a selector error code is the one exception that needs no tables and whose error code
// we choose: MOV DS, AX with a selector beyond the GDT's limit.
#include "emu/cpu/state_probe.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "emu/cpu/leave_long_mode.hpp"
#include "guestkernel/abi/address.hpp"

namespace pagelab::cpu {

namespace {

constexpr uint64_t kCodeAddress = 0x1000;
constexpr std::array<uint8_t, 2> kMovDsAx = {0x8e, 0xd8};
constexpr std::array<uint16_t, 4> kSelectors = {0x1238, 0x7ff0, 0x0a58, 0x4560};
constexpr uint32_t kEferMsr = 0xc000'0080;

std::unexpected<Error> refuse(char const* what)
{
    unsigned major = 0, minor = 0;
    unsigned const version = uc_version(&major, &minor);
    return fail("this Unicorn ({}.{}.{}) keeps its CPU state differently: {}; pagelab needs 2.1.4",
                major, minor, version >> 8 & 0xff, what);
}

class Probe {
  public:
    explicit Probe(uc_engine* engine) : engine_(engine) {}
    ~Probe();
    Probe(Probe const&) = delete;
    Probe& operator=(Probe const&) = delete;

    Result<StateLayout> run();

  private:
    Result<> prepare();
    std::vector<std::byte> save();
    std::optional<size_t> find_u64(std::vector<std::byte> const& bytes, uint64_t value) const;
    Result<> find_registers();
    Result<> find_efer();
    Result<> check_descriptor_tables();
    Result<> check_control();
    Result<> find_error_code();
    int provoke(uint16_t selector);

    template<class T>
    static T at(std::vector<std::byte> const& bytes, size_t offset)
    {
        T value{};
        if (offset + sizeof value <= bytes.size())
            std::memcpy(&value, bytes.data() + offset, sizeof value);
        return value;
    }

    uc_engine* engine_;
    uc_hook hook_ = 0;
    ContextPointer context_;
    StateLayout layout_;
    int vector_ = -1;
};

Probe::~Probe()
{
    if (hook_ != 0)
        uc_hook_del(engine_, hook_);
    uc_ctl_flush_tb(engine_);
    uc_mem_unmap(engine_, kCodeAddress, kPageSize);
}

Result<> Probe::prepare()
{
    TRY(unicorn_result(uc_mem_map(engine_, kCodeAddress, kPageSize, UC_PROT_ALL), "uc_mem_map"));
    uc_mem_write(engine_, kCodeAddress, kMovDsAx.data(), kMovDsAx.size());
    uc_context* context = nullptr;
    TRY(unicorn_result(uc_context_alloc(engine_, &context), "uc_context_alloc"));
    context_.reset(context);
    layout_.context_size = uc_context_size(engine_);
    leave_long_mode(engine_);
    return {};
}

std::vector<std::byte> Probe::save()
{
    uc_context_save(engine_, context_.get());
    auto const* bytes = reinterpret_cast<std::byte const*>(context_.get());
    return {bytes, bytes + layout_.context_size};
}

std::optional<size_t> Probe::find_u64(std::vector<std::byte> const& bytes, uint64_t value) const
{
    std::optional<size_t> found;
    for (size_t offset = 0; offset + 8 <= bytes.size(); offset += 8) {
        if (at<uint64_t>(bytes, offset) != value)
            continue;
        if (found)
            return std::nullopt;
        found = offset;
    }
    return found;
}

Result<> Probe::find_registers()
{
    uint64_t const rax = 0x1122'3344'5566'7788, r15 = 0x99aa'bbcc'ddee'ff00, rip = 0x7654'3210;
    uc_reg_write(engine_, UC_X86_REG_RAX, &rax);
    uc_reg_write(engine_, UC_X86_REG_R15, &r15);
    uc_reg_write(engine_, UC_X86_REG_RIP, &rip);
    auto const bytes = save();
    auto const found = find_u64(bytes, rax);
    if (!found)
        return refuse("RAX is not to be found");
    layout_.registers = *found;
    if (at<uint64_t>(bytes, *found + 15 * 8) != r15)
        return refuse("R15 is not where it should be");
    if (at<uint64_t>(bytes, layout_.rip()) != rip)
        return refuse("RIP is not where it should be");
    return {};
}

Result<> Probe::find_efer()
{
    auto const before = save();
    uc_x86_msr msr = {kEferMsr, 0x1}; // SCE
    uc_reg_write(engine_, UC_X86_REG_MSR, &msr);
    auto const after = save();
    msr.value = 0;
    uc_reg_write(engine_, UC_X86_REG_MSR, &msr);
    std::optional<size_t> found;
    for (size_t offset = layout_.a20_mask(); offset + 8 <= after.size(); ++offset) {
        if (at<uint64_t>(before, offset) == 0 && at<uint64_t>(after, offset) == 0x1) {
            found = offset;
            break;
        }
    }
    if (!found || *found % 8 != layout_.registers % 8)
        return refuse("EFER is not to be found");
    layout_.efer = *found;
    return {};
}

Result<> Probe::check_descriptor_tables()
{
    struct Marker {
        int id;
        size_t index;
        uint64_t base;
    };
    std::array<Marker, 3> const markers = {{{UC_X86_REG_TR, 7, 0x1357'9000},
                                            {UC_X86_REG_GDTR, 8, 0x2468'a000},
                                            {UC_X86_REG_IDTR, 9, 0x3579'b000}}};
    for (Marker const& marker : markers) {
        uc_x86_mmr value = {0, marker.base, 0x2f, 0};
        uc_reg_write(engine_, marker.id, &value);
    }
    auto const bytes = save();
    for (Marker const& marker : markers) {
        size_t const offset = layout_.segments() + marker.index * StateLayout::kSegmentSize;
        if (at<uint64_t>(bytes, offset + 8) != marker.base ||
            at<uint32_t>(bytes, offset + 16) != 0x2f)
            return refuse("the descriptor table registers are not where they should be");
    }
    return {};
}

Result<> Probe::check_control()
{
    uint64_t const cr2 = 0xfedc'ba98'7654'3210, cr3 = 0x5'5000;
    uc_reg_write(engine_, UC_X86_REG_CR2, &cr2);
    uc_reg_write(engine_, UC_X86_REG_CR3, &cr3);
    auto const bytes = save();
    size_t const cr = layout_.control_registers();
    if (at<uint64_t>(bytes, cr + 16) != cr2 || at<uint64_t>(bytes, cr + 24) != cr3)
        return refuse("CR2 and CR3 are not where they should be");
    if ((at<uint64_t>(bytes, cr) & 1) != 1)
        return refuse("CR0 is not where it should be");
    if (at<int32_t>(bytes, layout_.a20_mask()) != -1)
        return refuse("the A20 mask is not where it should be");
    // hflags in flat 32-bit protected mode: PE (7) and CS32 (4) set; LMA (14), CS64 (15) clear.
    if ((at<uint32_t>(bytes, layout_.hflags()) & 0xc090) != 0x90)
        return refuse("the mode flags are not where they should be");
    return {};
}

// Runs MOV DS, AX with this selector; the vector that came, or -1.
int Probe::provoke(uint16_t selector)
{
    vector_ = -1;
    uint64_t const rax = selector;
    uc_reg_write(engine_, UC_X86_REG_RAX, &rax);
    uc_emu_start(engine_, kCodeAddress, 0, 0, 0);
    return vector_;
}

Result<> Probe::find_error_code()
{
    auto const on_interrupt = +[](uc_engine* engine, uint32_t vector, void* self) {
        static_cast<Probe*>(self)->vector_ = static_cast<int>(vector);
        uc_emu_stop(engine);
    };
    uc_hook_add(engine_, &hook_, UC_HOOK_INTR, reinterpret_cast<void*>(on_interrupt), this, 1, 0);
    std::vector<size_t> candidates;
    for (size_t i = 0; i < kSelectors.size(); ++i) {
        if (provoke(kSelectors[i]) != 13)
            return refuse("a selector beyond the table raises no #GP");
        auto const bytes = save();
        std::vector<size_t> matching;
        for (size_t offset = layout_.efer; offset + 4 <= bytes.size(); offset += 4)
            if (at<uint32_t>(bytes, offset) == kSelectors[i] &&
                at<int32_t>(bytes, offset + 112) == 13)
                matching.push_back(offset);
        if (i == 0)
            candidates = matching;
        std::erase_if(candidates,
                      [&](size_t c) { return std::ranges::find(matching, c) == matching.end(); });
        // Forget the exception, or the next one is a double fault.
        for (size_t const candidate : candidates) {
            int32_t const none = -1;
            std::memcpy(reinterpret_cast<std::byte*>(context_.get()) + candidate + 112, &none, 4);
        }
        uc_context_restore(engine_, context_.get());
    }
    if (candidates.size() != 1)
        return refuse("the error code is not to be found");
    layout_.error_code = candidates.front();
    return {};
}

Result<StateLayout> Probe::run()
{
    TRY(prepare());
    TRY(find_registers());
    TRY(find_efer());
    TRY(check_descriptor_tables());
    TRY(check_control());
    TRY(find_error_code());
    return layout_;
}

} // namespace

Result<StateLayout> probe_state_layout(uc_engine* engine)
{
    return Probe(engine).run();
}

} // namespace pagelab::cpu
