// This CPU's interrupt stack, and running on another stack.
//
// Interrupt gates keep interrupts off for as long as a handler runs, so one interrupt never comes
// on top of another and the stack is always empty when it is switched to.
#pragma once

#include <stdint.h>

#include "guestkernel/arch/x86/percpu.hpp"

// The end of the stack, where it begins to grow down; 0: interrupts stay on the current stack.
// trap_entry.S reads it.
extern "C" {
DECLARE_PER_CPU(uintptr_t, hardirq_stack_ptr);
}

namespace pagelab::arch {

// Leave the current stack for good. `top` is the end of the new one; function must not return.
[[noreturn]] inline void switch_stack(uintptr_t top, void (*function)())
{
#ifdef __x86_64__
    asm volatile("mov %0, %%rsp; xor %%ebp, %%ebp; call *%1; ud2"
#else
    asm volatile("mov %0, %%esp; xor %%ebp, %%ebp; call *%1; ud2"
#endif
                 :
                 : "r"(top), "r"(function)
                 : "memory");
    __builtin_unreachable();
}

} // namespace pagelab::arch
