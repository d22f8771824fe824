// How Unicorn 2.1 lays out the x86 state that uc_context_save copies, as far as MmuProbe needs it.
//
// Source: CPUX86State and the HF_ masks in Unicorn's i386 target; verified by MmuProbe::create().
#pragma once

#include <cstdint>

namespace pagelab::cpu::probe {

struct SegmentState {
    uint32_t selector;
    uint64_t base;
    uint32_t limit;
    uint32_t flags; // bits 55:32 of the descriptor, less base and limit
};
struct CpuState {
    uint64_t regs[16]; // rax, rcx, rdx, rbx, ...
    uint64_t rip, rflags, condition[3];
    uint32_t condition_op;
    int32_t direction;
    uint32_t hflags, hflags2;
    SegmentState es, cs, ss, ds, fs, gs, ldt, tr, gdt, idt;
    uint64_t cr[9];
    uint64_t a20_mask, bounds[11], efer;
};

// hflags: facts about the CPU state its translated code depends on.
inline constexpr uint32_t kCode32 = 1u << 4;
inline constexpr uint32_t kStack32 = 1u << 5;
inline constexpr uint32_t kProtected = 1u << 7;
inline constexpr uint32_t kLongMode = 1u << 14;
inline constexpr uint32_t kCode64 = 1u << 15;
inline constexpr uint32_t kSmap = 1u << 23;

inline SegmentState segment(unsigned index, unsigned level, uint32_t flags)
{
    return {index << 3 | level, 0, 0xffff'ffff, flags | level << 13};
}

} // namespace pagelab::cpu::probe
