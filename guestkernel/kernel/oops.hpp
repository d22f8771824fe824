// What the kernel says when it is wrong: registers, code bytes and backtrace, as Linux prints them.
#pragma once

#include <stdint.h>

#include "guestkernel/arch/x86/trap_frame.hpp"

namespace pagelab::kernel {

// The report of an exception nobody handles, then panic.
[[noreturn]] void die(arch::pt_regs const& regs);

void show_registers(arch::pt_regs const& regs); // one architecture each

// "Code:", the bytes around the instruction at `ip`, which is marked <..>.
void show_code(uintptr_t ip);

// "Call Trace:" from a frame pointer on.
void dump_stack(void const* frame);

} // namespace pagelab::kernel
