// Translation between CpuState and the library's internal registers.
//
// The library caches mode bits derived from the segment registers in `hflags`; whoever changes a
// segment must bring them up to date, with the rules of the library's own segment loads.
#include "emu/cpu/state_access.hpp"

#include "guestkernel/abi/x86/rflags.hpp"

namespace pagelab::cpu {

namespace {

// Bits of hflags (Unicorn 2.1.4, target/i386/cpu.h, HF_*).
namespace hflag {
using Cpl = x86::Field<1, 0>;
using InhibitIrq = x86::Bit<3>;
using Code32 = x86::Bit<4>;
using Stack32 = x86::Bit<5>;
using AddSegment = x86::Bit<6>; // some of DS, ES, SS has a base
using LongActive = x86::Bit<14>;
using Code64 = x86::Bit<15>;
} // namespace hflag

using NmiBlocked = x86::Bit<2>; // of hflags2 (HF2_NMI_MASK)

// RFLAGS bits kept elsewhere by the library: CF PF AF ZF SF OF and DF.
constexpr uint64_t kArithmeticFlags = 0x8d5;
constexpr uint64_t kDirectionFlag = 0x400;
constexpr uint32_t kFlagsAreInSource = 1; // CC_OP_EFLAGS: cc_src holds the flags

constexpr size_t kLdt = 6, kTr = 7, kGdt = 8, kIdt = 9;

uint32_t derive_hflags(uint32_t old, CpuState const& state)
{
    using namespace hflag;
    uint64_t flags = old & ~(Cpl::mask | InhibitIrq::mask | Code32::mask | Stack32::mask |
                             AddSegment::mask | Code64::mask);
    flags |= Cpl::make(state.cpl) | InhibitIrq::make(state.interrupt_shadow);
    if (state.code_64())
        return static_cast<uint32_t>(flags | Code32::mask | Stack32::mask | Code64::mask);
    bool const code_32 = attribute::DefaultSize::is_set(state.segment[Cs].attributes);
    bool const stack_32 = attribute::DefaultSize::is_set(state.segment[Ss].attributes);
    bool const based =
        (state.segment[Ds].base | state.segment[Es].base | state.segment[Ss].base) != 0;
    bool const add = !state.protected_mode() || state.virtual_8086() || !code_32 || based;
    flags |= Code32::make(code_32) | Stack32::make(stack_32) | AddSegment::make(add);
    return static_cast<uint32_t>(flags);
}

} // namespace

Segment StateAccess::load_segment(size_t index) const
{
    size_t const at = layout_.segments() + index * StateLayout::kSegmentSize;
    return {static_cast<uint16_t>(get<uint32_t>(at)), get<uint64_t>(at + 8), get<uint32_t>(at + 16),
            get<uint32_t>(at + 20)};
}

void StateAccess::store_segment(size_t index, Segment const& segment)
{
    size_t const at = layout_.segments() + index * StateLayout::kSegmentSize;
    put<uint32_t>(at, segment.selector);
    put<uint64_t>(at + 8, segment.base);
    put<uint32_t>(at + 16, segment.limit);
    put<uint32_t>(at + 20, segment.attributes);
}

bool StateAccess::interrupt_shadow() const
{
    return hflag::InhibitIrq::is_set(get<uint32_t>(layout_.hflags()));
}

bool StateAccess::nmi_blocked() const
{
    return NmiBlocked::is_set(get<uint32_t>(layout_.hflags2()));
}

void StateAccess::set_nmi_blocked(bool blocked)
{
    uint64_t const others = get<uint32_t>(layout_.hflags2()) & ~NmiBlocked::mask;
    put(layout_.hflags2(), static_cast<uint32_t>(others | NmiBlocked::make(blocked)));
}

CpuState StateAccess::load() const
{
    uint64_t rflags = 0;
    uc_reg_read(engine_, UC_X86_REG_RFLAGS, &rflags); // assembles the arithmetic flags
    Segment const gdt = load_segment(kGdt), idt = load_segment(kIdt);
    size_t const cr = layout_.control_registers();
    uint32_t const hflags = get<uint32_t>(layout_.hflags());
    return {
        .gpr = get<decltype(CpuState::gpr)>(layout_.registers),
        .rip = get<uint64_t>(layout_.rip()),
        .rflags = rflags,
        .segment = {load_segment(Es), load_segment(Cs), load_segment(Ss), load_segment(Ds),
                    load_segment(Fs), load_segment(Gs)},
        .ldt = load_segment(kLdt),
        .tr = load_segment(kTr),
        .gdt = {gdt.base, gdt.limit},
        .idt = {idt.base, idt.limit},
        .cr0 = get<uint64_t>(cr),
        .cr2 = get<uint64_t>(cr + 16),
        .cr3 = get<uint64_t>(cr + 24),
        .cr4 = get<uint64_t>(cr + 32),
        .efer = get<uint64_t>(layout_.efer),
        .pdptes = pdptes_,
        .cpl = static_cast<uint8_t>(hflag::Cpl::get(hflags)),
        .interrupt_shadow = hflag::InhibitIrq::is_set(hflags),
    };
}

uint64_t StateAccess::load_linear_rip() const
{
    size_t const cs = layout_.segments() + Cs * StateLayout::kSegmentSize;
    return get<uint64_t>(cs + 8) + get<uint64_t>(layout_.rip());
}

PagingState StateAccess::load_paging() const
{
    size_t const cr = layout_.control_registers();
    PagingState paging;
    paging.context = {get<uint64_t>(cr), get<uint64_t>(cr + 24), get<uint64_t>(cr + 32),
                      get<uint64_t>(layout_.efer), get<uint64_t>(layout_.rflags())};
    paging.context.pdptes = pdptes_;
    paging.cpl = static_cast<uint8_t>(hflag::Cpl::get(get<uint32_t>(layout_.hflags())));
    paging.a20_mask = get<int32_t>(layout_.a20_mask());
    return paging;
}

void StateAccess::store_entry(CpuState const& state)
{
    put<uint64_t>(layout_.registers + 8 * Rsp, state.gpr[Rsp]);
    put<uint64_t>(layout_.rip(), state.rip);
    if (x86::rflags::Virtual8086::is_set(get<uint64_t>(layout_.rflags())))
        for (size_t const cleared : {Es, Ds, Fs, Gs})
            store_segment(cleared, state.segment[cleared]);
    store_segment(Cs, state.segment[Cs]);
    store_segment(Ss, state.segment[Ss]);
    put<uint64_t>(layout_.rflags(), state.rflags & ~(kArithmeticFlags | kDirectionFlag));
    put<uint64_t>(layout_.control_registers() + 16, state.cr2);
    put<uint32_t>(layout_.hflags(), derive_hflags(get<uint32_t>(layout_.hflags()), state));
}

void StateAccess::store(CpuState const& state)
{
    store_entry(state);
    put(layout_.registers, state.gpr);
    for (size_t i = 0; i < state.segment.size(); ++i)
        store_segment(i, state.segment[i]);
    store_segment(kLdt, state.ldt);
    store_segment(kTr, state.tr);
    store_segment(kGdt, {0, state.gdt.base, state.gdt.limit, load_segment(kGdt).attributes});
    store_segment(kIdt, {0, state.idt.base, state.idt.limit, load_segment(kIdt).attributes});
    size_t const cr = layout_.control_registers();
    put<uint64_t>(cr, state.cr0);
    put<uint64_t>(cr + 24, state.cr3);
    put<uint64_t>(cr + 32, state.cr4);
}

void StateAccess::store_all_flags(uint64_t rflags)
{
    put<uint64_t>(layout_.rflags(), rflags & ~(kArithmeticFlags | kDirectionFlag));
    put<uint64_t>(layout_.rflags() + 16, rflags & kArithmeticFlags); // cc_src
    put<uint32_t>(layout_.cc_op(), kFlagsAreInSource);
    put<int32_t>(layout_.cc_op() + 4, (rflags & kDirectionFlag) != 0 ? -1 : 1);
}

} // namespace pagelab::cpu
