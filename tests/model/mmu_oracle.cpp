// Walks, asks Unicorn, compares, and puts memory back; Unicorn's known ways are at the top.
#include "tests/model/mmu_oracle.hpp"

#include <cstring>

#include <fmt/format.h>

#include "emu/base/check.hpp"
#include "guestkernel/abi/x86/rflags.hpp"

namespace pagelab::test {

using mmu::Operation;
using mmu::Requester;

namespace {

// The probe's RAM as the walker sees it.
struct RamView {
    std::span<std::byte const> ram;

    void read(PhysAddr address, std::span<std::byte> out) const
    {
        bool const inside = address.value + out.size() <= ram.size();
        if (inside)
            std::memcpy(out.data(), ram.data() + address.value, out.size());
        else
            std::memset(out.data(), 0xff, out.size());
    }
    template<class Word>
    Word word(PhysAddr address) const
    {
        Word value = static_cast<Word>(~Word{0});
        if (address.value + sizeof value <= ram.size())
            std::memcpy(&value, ram.data() + address.value, sizeof value);
        return value;
    }
    uint32_t read_u32(PhysAddr address) const { return word<uint32_t>(address); }
    uint64_t read_u64(PhysAddr address) const { return word<uint64_t>(address); }
};

// Where Unicorn differs from the SDM, its way. Everything else is compared as the walker says.
//
// Implicit accesses at CPL 0 are excused from SMAP when RFLAGS.AC is set; by the SDM (volume 3,
// section 4.6.1) only explicit ones are.
mmu::Access as_unicorn_sees(mmu::Access access, unsigned level)
{
    if (access.requester == Requester::ImplicitSupervisor && level == 0)
        access.requester = Requester::Supervisor;
    return access;
}

// The entry of a 1 GiB page becomes accessed before the page's rights and reserved address bits
// are looked at, so it does even if the access then faults.
void as_unicorn_updates(mmu::Context const& context, mmu::WalkTrace& trace)
{
    namespace pte = x86::pte;
    if (trace.empty() || trace.last().level != 3 ||
        !x86::efer::LongModeEnable::is_set(context.efer))
        return;
    uint64_t const raw = trace.last().raw;
    uint64_t const as_table = raw & ~pte::PageSize::mask;
    if (pte::Present::is_set(raw) &&
        (raw & x86::FormatLong<4>::reserved(3, as_table, context.rules())) == 0)
        trace.last().updated |= pte::Accessed::mask;
}

} // namespace

MmuOracle::MmuOracle()
{
    auto probe = cpu::MmuProbe::create(kRamBytes);
    ENSURE(probe.has_value(), "{}", probe ? "" : probe.error().message);
    probe_ = *std::move(probe);
    for (uint64_t address = kDataStart; address < free_bytes(); address += 8)
        put(address, address << 8 | cpu::MmuProbe::kBreakpoint, 8);
}

void MmuOracle::put(uint64_t address, uint64_t entry, unsigned bytes)
{
    std::memcpy(ram().data() + address, &entry, bytes);
}

bool MmuOracle::stays_in_ram(mmu::WalkTrace const& trace) const
{
    for (mmu::WalkStep const& step : trace)
        if (step.entry.value >= free_bytes())
            return false;
    return true;
}

std::string MmuOracle::compare_flags(mmu::WalkTrace const& trace)
{
    RamView const view{ram()};
    std::string text;
    for (mmu::WalkStep const& step : trace) {
        uint64_t const now =
            trace.entry_bytes == 4 ? view.read_u32(step.entry) : view.read_u64(step.entry);
        // An entry met twice (a table that maps itself) has both updates.
        uint64_t last = step.updated;
        for (mmu::WalkStep const& other : trace)
            if (other.entry == step.entry)
                last |= other.updated;
        if (now != last && text.empty())
            text =
                fmt::format("level {} entry is {:#x}, walker expects {:#x}", step.level, now, last);
    }
    for (mmu::WalkStep const& step : trace)
        put(step.entry.value, step.raw, trace.entry_bytes);
    return text;
}

std::string MmuOracle::compare(Outcome const& walked, cpu::ProbeOutcome const& probed,
                               VirtAddr address, mmu::Access access)
{
    if (!walked) {
        mmu::Fault const& fault = walked.error();
        auto const vector = static_cast<unsigned>(fault.vector);
        uint64_t const cr2 = vector == 14 ? fault.address.value : 0;
        if (probed.faulted && probed.vector == vector && probed.error_code == fault.error_code &&
            probed.cr2 == cr2)
            return {};
        return fmt::format("walker: vector {} code {:#x} cr2 {:#x} ({}); unicorn: vector {} code "
                           "{:#x} cr2 {:#x}",
                           vector, fault.error_code, cr2, name(fault.reason), probed.vector,
                           probed.error_code, probed.cr2);
    }
    if (access.requester == Requester::ImplicitSupervisor) // #GP(8): the descriptor was read
        return probed.vector == 13 && probed.error_code == 8
                   ? ""
                   : fmt::format("walker allows; unicorn: vector {} code {:#x}", probed.vector,
                                 probed.error_code);
    if (probed.faulted)
        return fmt::format("walker allows; unicorn: vector {} code {:#x} cr2 {:#x}", probed.vector,
                           probed.error_code, probed.cr2);
    if (access.operation == Operation::Fetch)
        return probed.rip == address.value + 1 ? "" : "the fetch went elsewhere";
    uint32_t const there = RamView{ram()}.read_u32(walked->address);
    if (access.operation == Operation::Read)
        return probed.value == there ? ""
                                     : fmt::format("read {:#x}, not {:#x}", probed.value, there);
    return there == cpu::MmuProbe::kStored ? "" : "the write went elsewhere";
}

std::string MmuOracle::difference(mmu::Context const& context, VirtAddr address, mmu::Access access,
                                  unsigned level)
{
    RamView const view{ram()};
    auto walked = translate(context, view, address, as_unicorn_sees(access, level));
    if (walked && walked->address.value < kDataStart && access.operation != Operation::Read) {
        access.operation = Operation::Read;
        walked = translate(context, view, address, as_unicorn_sees(access, level));
    }
    bool const implicit = access.requester == Requester::ImplicitSupervisor;
    bool const outside = walked && (walked->address.value + 8 > free_bytes() ||
                                    (implicit && walked->address.value < kDataStart));
    if (outside || !stays_in_ram(walked ? walked->trace : walked.error().trace)) {
        ++skipped;
        return {};
    }
    ++accesses;
    allowed += walked.has_value();
    uint64_t const before = walked ? view.read_u64(walked->address) : 0;
    cpu::ProbeOutcome const probed = probe_->access(context, address, access, level);
    std::string text = compare(walked, probed, address, access);
    mmu::WalkTrace& trace = walked ? walked->trace : walked.error().trace;
    as_unicorn_updates(context, trace);
    std::string const flags = compare_flags(trace);
    if (walked && access.operation == Operation::Write)
        put(walked->address.value, before, 8);
    return text.empty() ? flags : text;
}

std::string MmuOracle::look_up_difference(mmu::Context const& context, VirtAddr address,
                                          mmu::Access access)
{
    auto walked = translate(context, RamView{ram()}, address, access);
    ++accesses;
    allowed += walked.has_value();
    cpu::ProbeLookUp const probed = probe_->look_up(address, access.operation);
    mmu::WalkTrace& trace = walked ? walked->trace : walked.error().trace;
    as_unicorn_updates(context, trace);
    std::string const flags = compare_flags(trace);
    bool const agree = walked ? !probed.faulted && probed.address == walked->address
                              : probed.faulted && probed.cr2 == address.value &&
                                    probed.error_code == walked.error().error_code;
    if (agree)
        return flags;
    return fmt::format("walker: {}, {:#x}; unicorn: {}, code {:#x} cr2 {:#x} address {:#x}",
                       walked ? "allowed" : name(walked.error().reason),
                       walked ? walked->address.value : walked.error().error_code,
                       probed.faulted ? "fault" : "allowed", probed.error_code, probed.cr2,
                       probed.address.value);
}

} // namespace pagelab::test
