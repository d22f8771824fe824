// Bringing up the other CPUs.
#include "guestkernel/kernel/smpboot.hpp"

#include "guestkernel/arch/x86/apic_timer.hpp"
#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/delay.hpp"
#include "guestkernel/arch/x86/descriptor_tables.hpp"
#include "guestkernel/arch/x86/lapic.hpp"
#include "guestkernel/arch/x86/pic.hpp"
#include "guestkernel/arch/x86/trampoline.hpp"
#include "guestkernel/kernel/cpuinfo.hpp"
#include "guestkernel/kernel/cpumask.hpp"
#include "guestkernel/kernel/kernel_tables.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/mpparse.hpp"
#include "guestkernel/kernel/options.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/sched/fork.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/kernel/stacks.hpp"
#include "guestkernel/lib/format.hpp"

namespace pagelab::kernel {

namespace {

constexpr unsigned kPatience = 1'000'000; // microseconds for a CPU to come online

// Linux' wakeup_secondary_cpu_via_init, with the delays it takes on all but the oldest processors.
void wake_up(unsigned apic_id, unsigned page)
{
    constexpr unsigned kStartups = 2; // the second is ignored by a CPU that runs
    arch::InterruptGuard const guard;
    arch::lapic_send_init(apic_id);
    for (unsigned i = 0; i < kStartups; i++) {
        arch::lapic_send_startup(apic_id, page);
        arch::udelay(10);
    }
}

lib::Result<> bring_up(unsigned cpu)
{
    TRY(irq_init_percpu_irqstack(cpu));
    task_struct const* const idle = TRY(fork_idle(cpu));
    wake_up(apic_id_of(cpu), arch::prepare_trampoline(cpu, idle->stack_vm_area.end));
    for (unsigned waited = 0; waited < kPatience && !cpu_online(cpu); waited++)
        arch::udelay(1);
    if (!cpu_online(cpu))
        printk(log_level::err, "smpboot: do_boot_cpu failed(-1) to wakeup CPU#%u\n", cpu);
    return {};
}

void announce(unsigned last)
{
    auto const digits = [](unsigned number) { return number < 10 ? 1 : 2; };
    int const width = digits(nr_cpu_ids) + 1; // '#' included
    char line[kMaxPresentCpus * 5];
    int length = lib::snprintf(line, sizeof(line), "%*s", width + 1, "");
    for (unsigned cpu = 1; cpu <= last; cpu++)
        length += lib::snprintf(line + length, sizeof(line) - static_cast<size_t>(length), "%*s#%u",
                                width - digits(cpu), "", cpu);
    printk(log_level::info, ".... node  #0, CPUs:  %s\n", line);
}

} // namespace

lib::Result<> smp_init(char const* command_line)
{
    if (nr_cpu_ids == 1)
        return {};
    uint64_t const limit = TRY(get_number_option(command_line, "maxcpus", kMaxPresentCpus));
    TRY(arch::lapic_map(kernel_tables(), local_apic_address()));
    arch::choose_trampoline(boot_memory());
    arch::fill_system_gates();
    arch::lapic_setup(arch::lapic_role::boot_cpu);
    arch::apic_timer_calibrate();
    printk(log_level::info, "smp: Bringing up secondary CPUs ...\n");
    unsigned const count = limit < nr_cpu_ids ? static_cast<unsigned>(limit) : nr_cpu_ids;
    if (count > 1) {
        printk(log_level::info, "x86: Booting SMP configuration:\n");
        announce(count - 1);
    }
    for (unsigned cpu = 1; cpu < count; cpu++)
        TRY(bring_up(cpu));
    printk(log_level::info, "smp: Brought up 1 node, %u CPUs\n", num_online_cpus());
    unsigned long const speed = num_online_cpus() * bogomips_times_100();
    printk(log_level::info, "smpboot: Total of %u processors activated (%lu.%02lu BogoMIPS)\n",
           num_online_cpus(), speed / 100, speed % 100);
    arch::pic_mask(arch::kTimerLine); // from here on the boot CPU, too, is ticked by its APIC
    arch::apic_timer_start();
    return {};
}

} // namespace pagelab::kernel

void start_secondary(unsigned cpu)
{
    using namespace pagelab;
    arch::load_descriptor_tables(cpu);
    arch::lapic_setup(arch::lapic_role::other_cpu);
    kernel::set_cpu_online(cpu);
    arch::apic_timer_start();
    arch::enable_interrupts();
    kernel::cpu_startup_entry();
}
