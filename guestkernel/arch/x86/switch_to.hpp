// Changing stacks from one thread to another, and a new thread's first stack frame.
//
// A thread that does not run has on its stack what a C function must preserve; the address of that
// is all there is to remember of it. The flags are not kept: both sides switch with interrupts off.
// Source: Linux 6.1 arch/x86/entry/entry_64.S and entry_32.S (__switch_to_asm, ret_from_fork).
#pragma once

#include <stdint.h>

extern "C" {
// Leaves the running thread, storing its stack pointer, and returns in the one whose stack pointer
// this is, from its own call.
void __switch_to_asm(uintptr_t* previous_sp, uintptr_t next_sp);

// Where a new thread begins: calls schedule_tail(), then the function of its frame.
void ret_from_fork();
void schedule_tail();
}

namespace pagelab::arch {

// The frame at the end of a new thread's stack; the value is for __switch_to_asm. The function
// must not return.
uintptr_t make_thread_frame(uintptr_t stack_end, void (*function)(void*), void* argument);

} // namespace pagelab::arch
