// What the trap entry stubs leave on the stack: the interrupted registers, Linux' pt_regs.
//
// The order is that of arch/*/trap_entry.S, which push it, below the frame the CPU pushes (Intel
// SDM volume 3, section 6.12.1, figures 6-4 and 6-9). On i686 a trap from the kernel itself pushes
// no stack pointer: sp and ss are there only for a trap from user mode.
#pragma once

#include <stdint.h>

namespace pagelab::arch {

#ifdef __x86_64__
struct pt_regs {
    uint64_t r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di;
    uint64_t vector, error_code;
    uint64_t ip, cs, flags, sp, ss;
};
static_assert(sizeof(pt_regs) == 22 * 8);
#else
struct pt_regs {
    uint32_t bx, cx, dx, si, di, bp, ax;
    uint32_t ds, es, fs, gs;
    uint32_t vector, error_code;
    uint32_t ip, cs, flags, sp, ss;
};
static_assert(sizeof(pt_regs) == 18 * 4);
#endif

inline bool from_user_mode(pt_regs const& regs)
{
    return (regs.cs & 3) != 0;
}

inline uintptr_t stack_pointer(pt_regs const& regs)
{
#ifndef __x86_64__
    bool const by_task_switch = regs.vector == 8; // #DF: the frame is a copy of the TSS
    if (!from_user_mode(regs) && !by_task_switch)
        return reinterpret_cast<uintptr_t>(&regs.sp);
#endif
    return regs.sp;
}

} // namespace pagelab::arch

// Defined by kernel/traps.cpp, called by the entry stubs with interrupts off. On return the
// registers are restored from the frame.
extern "C" void handle_trap(pagelab::arch::pt_regs& regs);
