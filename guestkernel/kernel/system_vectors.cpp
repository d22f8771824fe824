// What a CPU does when its local APIC interrupts it; and stopping the others.
#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/delay.hpp"
#include "guestkernel/arch/x86/lapic.hpp"
#include "guestkernel/kernel/call_single_data.hpp"
#include "guestkernel/kernel/interrupts.hpp"
#include "guestkernel/kernel/mpparse.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/kernel/sched/timer.hpp"
#include "guestkernel/kernel/smp.hpp"

namespace pagelab::kernel {

namespace {

constexpr unsigned kNobody = ~0u;

unsigned stopping_cpu = kNobody; // who stops all others

bool wait_alone(unsigned long microseconds)
{
    for (; microseconds > 0 && num_online_cpus() > 1; microseconds--)
        arch::udelay(1);
    return num_online_cpus() == 1;
}

template<class Send>
void send_to_others(Send send)
{
    unsigned const self = arch::smp_processor_id();
    unsigned cpu;
    for_each_online_cpu(cpu)
    {
        if (cpu != self)
            send(apic_id_of(cpu));
    }
}

} // namespace

void stop_this_cpu()
{
    set_cpu_offline(arch::smp_processor_id());
    arch::halt_forever();
}

void handle_system_vector(arch::pt_regs& regs)
{
    irq_cpustat_t& stat = *arch::this_cpu_ptr(&irq_stat);
    auto const vector = static_cast<arch::SystemVector>(regs.vector);
    if (vector == arch::SystemVector::spurious) { // takes no end of interrupt
        stat.irq_spurious_count++;
        return;
    }
    arch::lapic_end_of_interrupt();
    switch (vector) {
    case arch::SystemVector::local_timer:
        stat.apic_timer_irqs++;
        tick_periodic();
        break;
    case arch::SystemVector::reschedule:
        stat.irq_resched_count++;
        scheduler_ipi();
        break;
    case arch::SystemVector::call_function:
    case arch::SystemVector::call_function_single:
        stat.irq_call_count++;
        flush_smp_call_function_queue();
        break;
    case arch::SystemVector::reboot:
        stop_this_cpu();
    default:
        count_apic_error();
    }
}

bool handle_stop_nmi()
{
    if (__atomic_load_n(&stopping_cpu, __ATOMIC_RELAXED) == kNobody)
        return false;
    stop_this_cpu();
}

// By interrupt first; those that have interrupts off are told by NMI.
void smp_send_stop()
{
    constexpr unsigned long kPatience = 10'000;
    arch::InterruptGuard const guard;
    unsigned nobody = kNobody;
    if (num_online_cpus() == 1)
        return;
    if (!__atomic_compare_exchange_n(&stopping_cpu, &nobody, arch::smp_processor_id(), false,
                                     __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        stop_this_cpu();
    send_to_others([](unsigned id) { arch::lapic_send_ipi(id, arch::SystemVector::reboot); });
    if (wait_alone(kPatience))
        return;
    send_to_others(arch::lapic_send_nmi);
    wait_alone(kPatience);
}

} // namespace pagelab::kernel
