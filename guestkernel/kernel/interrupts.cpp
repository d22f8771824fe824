// Counts, and their table. Kinds of interrupts this machine does not have stay 0.
#include "guestkernel/kernel/interrupts.hpp"

#include "guestkernel/arch/x86/pic.hpp"

namespace pagelab::kernel {

namespace {

constexpr unsigned kLines = 16;

unsigned volatile counts[kLines];
unsigned volatile spurious;

struct handled_line {
    unsigned line;
    char const* name;
};

constexpr handled_line kHandled[] = {
    {arch::kTimerLine, "timer"}, {2, "cascade"}, {arch::kSerialLine, "ttyS0"}};

struct cpu_count {
    char const* name;
    char const* what; // empty: counted for all CPUs together
};

constexpr cpu_count kOfTheCpu[] = {
    {"NMI", "Non-maskable interrupts"},
    {"LOC", "Local timer interrupts"},
    {"SPU", "Spurious interrupts"},
    {"PMI", "Performance monitoring interrupts"},
    {"IWI", "IRQ work interrupts"},
    {"RTR", "APIC ICR read retries"},
    {"RES", "Rescheduling interrupts"},
    {"CAL", "Function call interrupts"},
    {"TLB", "TLB shootdowns"},
    {"TRM", "Thermal event interrupts"},
    {"THR", "Threshold APIC interrupts"},
    {"DFR", "Deferred Error APIC interrupts"},
    {"MCE", "Machine check exceptions"},
    {"MCP", "Machine check polls"},
    {"ERR", ""},
    {"MIS", ""},
    {"PIN", "Posted-interrupt notification event"},
    {"NPI", "Nested posted-interrupt event"},
    {"PIW", "Posted-interrupt wakeup event"},
};

} // namespace

void count_interrupt(unsigned line)
{
    counts[line % kLines] = counts[line % kLines] + 1;
}

void count_spurious_interrupt()
{
    spurious = spurious + 1;
}

void show_interrupts(lib::seq_file& m)
{
    lib::seq_printf(m, "%11s%s%-8d\n", "", "CPU", 0);
    for (handled_line const& handled : kHandled)
        lib::seq_printf(m, "%3u: %10u  %8s %3s  %s\n", handled.line, counts[handled.line], "XT-PIC",
                        "", handled.name);
    for (cpu_count const& count : kOfTheCpu) {
        bool const is_errors = count.name[0] == 'E';
        lib::seq_printf(m, "%3s: %10u", count.name, is_errors ? spurious : 0);
        lib::seq_printf(m, count.what[0] != '\0' ? "   %s\n" : "%s\n", count.what);
    }
}

} // namespace pagelab::kernel
