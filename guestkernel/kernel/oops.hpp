// What the kernel says when it is wrong: registers, code bytes and backtrace, as Linux prints them.
#pragma once

#include <stdint.h>

#include "guestkernel/arch/x86/trap_frame.hpp"

namespace pagelab::kernel {

// The report of an exception nobody handles. A thread's is the thread's end; it is a panic in an
// interrupt, in the idle task, of a double fault, and with the option oops=panic everywhere.
// Source: Linux 6.1 arch/x86/kernel/dumpstack.c (oops_end).
[[noreturn]] void die(arch::pt_regs const& regs);
void set_panic_on_oops();

// Who runs, the registers, and the stack from there on.
void show_regs(arch::pt_regs const& regs);
void show_registers(arch::pt_regs const& regs); // one architecture each

// "Code:", the bytes around the instruction at `ip`, which is marked <..>.
void show_code(uintptr_t ip);

// dump_stack.cpp: who runs; "Call Trace:" of the stack from `sp` on, `frame` being the innermost
// frame pointer; both of the caller.
void dump_stack_print_info();
void show_trace(uintptr_t sp, uintptr_t frame);
void dump_stack();

} // namespace pagelab::kernel
