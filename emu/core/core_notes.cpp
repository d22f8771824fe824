// Little-endian numbers in the order that the two structures have them.
#include "emu/core/core_notes.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "guestkernel/abi/x86/efer.hpp"

namespace pagelab::core {

namespace {

using cpu::CpuState;
using cpu::Segment;

class Writer {
  public:
    template<class T>
    void put(T value)
    {
        auto const bytes = std::as_bytes(std::span(&value, 1));
        out.insert(out.end(), bytes.begin(), bytes.end());
    }
    void pad_to(size_t size) { out.resize(size); }

    std::vector<std::byte> out;
};

class Reader {
  public:
    explicit Reader(std::span<std::byte const> bytes) : bytes_(bytes) {}

    template<class T>
    T take()
    {
        T value{};
        std::memcpy(&value, bytes_.data(), sizeof value);
        bytes_ = bytes_.subspan(sizeof value);
        return value;
    }

  private:
    std::span<std::byte const> bytes_;
};

// Offsets of pr_pid and pr_reg, and the size of the whole.
constexpr size_t kPid64 = 32, kRegs64 = 112, kSize64 = 336;
constexpr size_t kPid32 = 24, kRegs32 = 72, kSize32 = 144;

std::vector<std::byte> prstatus_64(CpuState const& s, unsigned cpu)
{
    using namespace cpu;
    Writer w;
    w.pad_to(kPid64);
    w.put<uint32_t>(cpu + 1); // a process has a number; gdb shows it
    w.pad_to(kRegs64);
    for (Gpr const r : {R15, R14, R13, R12, Rbp, Rbx, R11, R10, R9, R8, Rax, Rcx, Rdx, Rsi, Rdi})
        w.put(s.gpr[r]);
    w.put(~uint64_t{0}); // orig_rax: in no system call
    w.put(s.rip);
    w.put<uint64_t>(s.segment[Cs].selector);
    w.put(s.rflags);
    w.put(s.gpr[Rsp]);
    w.put<uint64_t>(s.segment[Ss].selector);
    w.put(s.segment[Fs].base);
    w.put(s.segment[Gs].base);
    for (SegmentIndex const segment : {Ds, Es, Fs, Gs})
        w.put<uint64_t>(s.segment[segment].selector);
    w.pad_to(kSize64);
    return w.out;
}

std::vector<std::byte> prstatus_32(CpuState const& s, unsigned cpu)
{
    using namespace cpu;
    Writer w;
    w.pad_to(kPid32);
    w.put<uint32_t>(cpu + 1);
    w.pad_to(kRegs32);
    auto const put = [&](uint64_t value) { w.put(static_cast<uint32_t>(value)); };
    for (Gpr const r : {Rbx, Rcx, Rdx, Rsi, Rdi, Rbp, Rax})
        put(s.gpr[r]);
    for (SegmentIndex const segment : {Ds, Es, Fs, Gs})
        put(s.segment[segment].selector);
    put(~uint64_t{0});
    put(s.rip);
    put(s.segment[Cs].selector);
    put(s.rflags);
    put(s.gpr[Rsp]);
    put(s.segment[Ss].selector);
    w.pad_to(kSize32);
    return w.out;
}

// QEMUCPUState's order of registers and of segments.
constexpr std::array kQemuGpr = {cpu::Rax, cpu::Rbx, cpu::Rcx, cpu::Rdx, cpu::Rsi, cpu::Rdi,
                                 cpu::Rsp, cpu::Rbp, cpu::R8,  cpu::R9,  cpu::R10, cpu::R11,
                                 cpu::R12, cpu::R13, cpu::R14, cpu::R15};
constexpr std::array kQemuSegments = {cpu::Cs, cpu::Ds, cpu::Es, cpu::Fs, cpu::Gs, cpu::Ss};
constexpr uint32_t kQemuSize = 440;
constexpr uint32_t kQemuSizeWithoutGsBase = 432; // before QEMU 5.0

void put_segment(Writer& w, Segment const& segment)
{
    w.put<uint32_t>(segment.selector);
    w.put<uint32_t>(segment.limit);
    w.put<uint32_t>(segment.attributes);
    w.put<uint32_t>(0);
    w.put<uint64_t>(segment.base);
}

Segment take_segment(Reader& r)
{
    Segment segment;
    segment.selector = static_cast<uint16_t>(r.take<uint32_t>());
    segment.limit = r.take<uint32_t>();
    segment.attributes = r.take<uint32_t>();
    r.take<uint32_t>();
    segment.base = r.take<uint64_t>();
    return segment;
}

// Names and descriptions begin at multiples of 4 (gABI, "Note Section").
size_t padded(size_t size)
{
    return (size + 3) & ~size_t{3};
}

} // namespace

Note prstatus_note(CpuState const& state, unsigned cpu, Width width)
{
    return {"CORE", kPrstatus,
            width == Width::Bits64 ? prstatus_64(state, cpu) : prstatus_32(state, cpu)};
}

Note qemu_note(CpuState const& state)
{
    Writer w;
    w.put<uint32_t>(1); // version
    w.put<uint32_t>(kQemuSize);
    for (cpu::Gpr const r : kQemuGpr)
        w.put(state.gpr[r]);
    w.put(state.rip);
    w.put(state.rflags);
    for (cpu::SegmentIndex const segment : kQemuSegments)
        put_segment(w, state.segment[segment]);
    put_segment(w, state.ldt);
    put_segment(w, state.tr);
    put_segment(w, {0, state.gdt.base, state.gdt.limit, 0});
    put_segment(w, {0, state.idt.base, state.idt.limit, 0});
    for (uint64_t const cr : {state.cr0, uint64_t{0}, state.cr2, state.cr3, state.cr4})
        w.put(cr);
    w.pad_to(kQemuSize);
    return {"QEMU", 0, std::move(w.out)};
}

Note pagelab_note(CpuState const& state)
{
    Writer w;
    w.put(state.efer);
    w.put<uint64_t>(0);
    return {"PAGELAB", kPagelabState, std::move(w.out)};
}

Note vmcoreinfo_note(std::string const& text)
{
    auto const bytes = std::as_bytes(std::span(text));
    return {"VMCOREINFO", 0, {bytes.begin(), bytes.end()}};
}

std::vector<std::byte> pack(std::vector<Note> const& notes)
{
    Writer w;
    for (Note const& note : notes) {
        w.put(static_cast<uint32_t>(note.name.size() + 1));
        w.put(static_cast<uint32_t>(note.bytes.size()));
        w.put(note.type);
        auto const name = std::as_bytes(std::span(note.name));
        w.out.insert(w.out.end(), name.begin(), name.end());
        w.put(char{0});
        w.pad_to(padded(w.out.size()));
        w.out.insert(w.out.end(), note.bytes.begin(), note.bytes.end());
        w.pad_to(padded(w.out.size()));
    }
    return w.out;
}

Result<std::vector<Note>> unpack(std::span<std::byte const> segment)
{
    std::vector<Note> notes;
    while (!segment.empty()) {
        if (segment.size() < 12)
            return fail("notes end within a header");
        Reader header(segment);
        uint64_t const name_size = header.take<uint32_t>();
        uint64_t const size = header.take<uint32_t>();
        uint32_t const type = header.take<uint32_t>();
        segment = segment.subspan(12);
        if (padded(name_size) > segment.size() || size > segment.size() - padded(name_size))
            return fail("a note of {} + {} bytes is longer than its segment", name_size, size);
        std::string name(reinterpret_cast<char const*>(segment.data()), name_size);
        name.resize(std::min(name.find('\0'), name.size()));
        segment = segment.subspan(padded(name_size));
        notes.push_back({std::move(name),
                         type,
                         {segment.begin(), segment.begin() + static_cast<std::ptrdiff_t>(size)}});
        segment = segment.subspan(std::min(padded(size), segment.size()));
    }
    return notes;
}

Result<CpuState> read_qemu_note(Note const& note)
{
    if (note.bytes.size() < kQemuSizeWithoutGsBase)
        return fail("QEMU's note has {} bytes, not {}", note.bytes.size(), kQemuSize);
    Reader r(note.bytes);
    if (uint32_t const version = r.take<uint32_t>(); version != 1)
        return fail("QEMU's note has version {}, not 1", version);
    r.take<uint32_t>();
    CpuState state;
    for (cpu::Gpr const gpr : kQemuGpr)
        state.gpr[gpr] = r.take<uint64_t>();
    state.rip = r.take<uint64_t>();
    state.rflags = r.take<uint64_t>();
    for (cpu::SegmentIndex const segment : kQemuSegments)
        state.segment[segment] = take_segment(r);
    state.ldt = take_segment(r);
    state.tr = take_segment(r);
    Segment const gdt = take_segment(r), idt = take_segment(r);
    state.gdt = {gdt.base, gdt.limit};
    state.idt = {idt.base, idt.limit};
    state.cr0 = r.take<uint64_t>();
    r.take<uint64_t>();
    state.cr2 = r.take<uint64_t>();
    state.cr3 = r.take<uint64_t>();
    state.cr4 = r.take<uint64_t>();
    state.cpl = state.segment[cpu::Cs].selector & 3;
    // NX pages are on in every kernel of the last twenty years; long mode shows in CS.
    bool const long_mode = cpu::attribute::Long::is_set(state.segment[cpu::Cs].attributes);
    state.efer = x86::efer::NoExecuteEnable::mask;
    if (long_mode)
        state.efer |= x86::efer::LongModeEnable::mask | x86::efer::LongModeActive::mask;
    return state;
}

Result<> add_pagelab_note(Note const& note, CpuState& state)
{
    if (note.bytes.size() < 16)
        return fail("pagelab's note has {} bytes, not 16", note.bytes.size());
    state.efer = Reader(note.bytes).take<uint64_t>();
    return {};
}

} // namespace pagelab::core
