// What becomes of a WARN: the report between "cut here" and "end trace", and on it goes.
//
// Source: Linux 6.1 lib/bug.c (report_bug), kernel/panic.c (__warn).
#pragma once

#include "guestkernel/arch/x86/bug.hpp"
#include "guestkernel/arch/x86/trap_frame.hpp"

namespace pagelab::kernel {

// Deals with the exception if it is a WARN's: reports it, taints with W, steps over it.
bool handle_bug(arch::pt_regs& regs);

// A WARN with a message, a whole line, which is printed first, as printk() prints it.
[[gnu::format(printf, 1, 2)]] void warn(char const* format, ...);

} // namespace pagelab::kernel
