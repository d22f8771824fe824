// How often each interrupt came: /proc/interrupts.
//
// Lines with a handler first, as "number: count chip name"; then what the CPU and its APIC count,
// by names. Source: Linux 6.1 kernel/irq/proc.c (show_interrupts), arch/x86/kernel/irq.c
// (arch_show_interrupts).
#pragma once

#include "guestkernel/arch/x86/percpu.hpp"
#include "guestkernel/lib/seq_file.hpp"

namespace pagelab::kernel {

// What each CPU counts for itself; Linux' names.
struct irq_cpustat_t {
    unsigned __nmi_count;
    unsigned apic_timer_irqs;
    unsigned irq_spurious_count;
    unsigned irq_resched_count;
    unsigned irq_call_count;
    unsigned irq_tlb_count;
};
DECLARE_PER_CPU(irq_cpustat_t, irq_stat);

void count_interrupt(unsigned line); // 0..15
void count_spurious_interrupt();     // of the 8259 pair
void count_apic_error();

void show_interrupts(lib::seq_file& m);

} // namespace pagelab::kernel
