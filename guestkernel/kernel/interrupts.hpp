// How often each interrupt came: /proc/interrupts.
//
// Lines with a handler first, as "number: count chip name"; then what the CPU and its APIC count,
// by names. Source: Linux 6.1 kernel/irq/proc.c (show_interrupts), arch/x86/kernel/irq.c
// (arch_show_interrupts).
#pragma once

#include "guestkernel/lib/seq_file.hpp"

namespace pagelab::kernel {

void count_interrupt(unsigned line); // 0..15
void count_spurious_interrupt();

void show_interrupts(lib::seq_file& m);

} // namespace pagelab::kernel
