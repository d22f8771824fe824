// Counts, and their table. Kinds of interrupts this machine does not have stay 0.
#include "guestkernel/kernel/interrupts.hpp"

#include "guestkernel/arch/x86/pic.hpp"
#include "guestkernel/kernel/cpumask.hpp"

namespace pagelab::kernel {

DEFINE_PER_CPU(irq_cpustat_t, irq_stat) = {};

namespace {

constexpr unsigned kLines = 16;

unsigned volatile counts[kLines];
unsigned volatile spurious;
unsigned apic_errors;

struct handled_line {
    unsigned line;
    char const* name;
};

constexpr handled_line kHandled[] = {
    {arch::kTimerLine, "timer"}, {2, "cascade"}, {arch::kSerialLine, "ttyS0"}};

struct cpu_count {
    char const* name;
    char const* what;
    unsigned irq_cpustat_t::*count; // null: there are none here
};

constexpr cpu_count kOfTheCpus[] = {
    {"NMI", "Non-maskable interrupts", &irq_cpustat_t::__nmi_count},
    {"LOC", "Local timer interrupts", &irq_cpustat_t::apic_timer_irqs},
    {"SPU", "Spurious interrupts", &irq_cpustat_t::irq_spurious_count},
    {"PMI", "Performance monitoring interrupts", nullptr},
    {"IWI", "IRQ work interrupts", nullptr},
    {"RTR", "APIC ICR read retries", nullptr},
    {"RES", "Rescheduling interrupts", &irq_cpustat_t::irq_resched_count},
    {"CAL", "Function call interrupts", &irq_cpustat_t::irq_call_count},
    {"TLB", "TLB shootdowns", &irq_cpustat_t::irq_tlb_count},
    {"TRM", "Thermal event interrupts", nullptr},
    {"THR", "Threshold APIC interrupts", nullptr},
    {"DFR", "Deferred Error APIC interrupts", nullptr},
    {"MCE", "Machine check exceptions", nullptr},
    {"MCP", "Machine check polls", nullptr},
};

constexpr cpu_count kAfterErrors[] = {
    {"PIN", "Posted-interrupt notification event", nullptr},
    {"NPI", "Nested posted-interrupt event", nullptr},
    {"PIW", "Posted-interrupt wakeup event", nullptr},
};

// The lines stay with the boot CPU: the others' columns are 0.
void show_line(lib::seq_file& m, handled_line const& handled)
{
    lib::seq_printf(m, "%3u: ", handled.line);
    unsigned cpu;
    for_each_online_cpu(cpu) lib::seq_printf(m, "%10u ", cpu == 0 ? counts[handled.line] : 0);
    lib::seq_printf(m, " %8s %3s  %s\n", "XT-PIC", "", handled.name);
}

void show_counts(lib::seq_file& m, cpu_count const& count)
{
    lib::seq_printf(m, "%3s: ", count.name);
    unsigned cpu;
    for_each_online_cpu(cpu) lib::seq_printf(
        m, "%10u ", count.count != nullptr ? arch::per_cpu(irq_stat, cpu).*count.count : 0);
    lib::seq_printf(m, "  %s\n", count.what);
}

} // namespace

void count_interrupt(unsigned line)
{
    counts[line % kLines] = counts[line % kLines] + 1;
}

void count_spurious_interrupt()
{
    spurious = spurious + 1;
}

void count_apic_error()
{
    __atomic_fetch_add(&apic_errors, 1, __ATOMIC_RELAXED);
}

void show_interrupts(lib::seq_file& m)
{
    lib::seq_printf(m, "%11s", "");
    unsigned cpu;
    for_each_online_cpu(cpu) lib::seq_printf(m, "CPU%-8u", cpu);
    lib::seq_puts(m, "\n");
    for (handled_line const& handled : kHandled)
        show_line(m, handled);
    for (cpu_count const& count : kOfTheCpus)
        show_counts(m, count);
    lib::seq_printf(m, "ERR: %10u\nMIS: %10u\n", spurious + apic_errors, 0);
    for (cpu_count const& count : kAfterErrors)
        show_counts(m, count);
}

} // namespace pagelab::kernel
