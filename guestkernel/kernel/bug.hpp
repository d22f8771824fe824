// What becomes of a WARN: the report between "cut here" and "end trace", and on it goes.
//
// Source: Linux 6.1 lib/bug.c (report_bug), kernel/panic.c (__warn).
#pragma once

#include "guestkernel/lib/bug.hpp"
#include "guestkernel/arch/x86/trap_frame.hpp"

namespace pagelab::kernel {

// Deals with the exception if it is a WARN's: reports it, taints with W, steps over it.
bool handle_bug(arch::pt_regs& regs);

// "cut here" and a message, a whole line, as printk() prints it.
[[gnu::format(printf, 1, 2)]] void warn_printk(char const* format, ...);

// A WARN with a message.
#define WARN(...) WARN_BY(::pagelab::kernel::warn_printk, __VA_ARGS__)

} // namespace pagelab::kernel
