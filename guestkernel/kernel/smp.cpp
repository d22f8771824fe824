// Calling functions on other CPUs.
//
// A call is an object of the caller's on the other CPU's queue, a stack that is emptied as a whole;
// whoever finds the queue empty sends the interrupt. CSD_FLAG_LOCK says that the object is in use:
// the other CPU clears it, before the call if nobody waits, else after. The objects are this CPU's:
// preemption is off while one is being used.
#include "guestkernel/kernel/smp.hpp"

#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/lapic.hpp"
#include "guestkernel/arch/x86/percpu.hpp"
#include "guestkernel/kernel/call_single_data.hpp"
#include "guestkernel/kernel/mpparse.hpp"
#include "guestkernel/lib/preempt.hpp"
#include "guestkernel/lib/spinlock.hpp"

namespace pagelab::kernel {

namespace {

constexpr int kEnxio = 6;

DEFINE_PER_CPU(call_single_data*, call_single_queue) = nullptr;
DEFINE_PER_CPU(call_single_data, own_calls[kMaxPresentCpus]) = {}; // one to each other CPU

void csd_lock_wait(call_single_data& csd)
{
    while ((__atomic_load_n(&csd.flags, __ATOMIC_ACQUIRE) & CSD_FLAG_LOCK) != 0)
        lib::cpu_relax();
}

void csd_unlock(call_single_data& csd)
{
    __atomic_store_n(&csd.flags, 0, __ATOMIC_RELEASE);
}

// Whether the queue was empty, so that the other CPU must be told.
bool enqueue(unsigned cpu, call_single_data& csd)
{
    call_single_data*& queue = arch::per_cpu(call_single_queue, cpu);
    csd.next = __atomic_load_n(&queue, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&queue, &csd.next, &csd, true, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED)) {
    }
    return csd.next == nullptr;
}

bool post(unsigned cpu, call_single_data& csd, smp_call_func_t function, void* info, call_wait wait)
{
    csd_lock_wait(csd);
    csd.function = function;
    csd.info = info;
    csd.flags = CSD_FLAG_LOCK | (wait == call_wait::yes ? CSD_TYPE_SYNC : 0u);
    return enqueue(cpu, csd);
}

call_single_data* reversed(call_single_data* list)
{
    call_single_data* result = nullptr;
    while (list != nullptr) {
        call_single_data* const next = list->next;
        list->next = result;
        result = list;
        list = next;
    }
    return result;
}

void send_ipi(unsigned cpu, arch::SystemVector vector)
{
    arch::InterruptGuard const guard;
    arch::lapic_send_ipi(apic_id_of(cpu), vector);
}

int call_single(unsigned cpu, smp_call_func_t function, void* info, call_wait wait)
{
    if (cpu == arch::smp_processor_id()) {
        arch::InterruptGuard const guard;
        function(info);
        return 0;
    }
    if (cpu >= nr_cpu_ids || !cpu_online(cpu))
        return -kEnxio;
    call_single_data& csd = (*arch::this_cpu_ptr(&own_calls))[cpu];
    if (post(cpu, csd, function, info, wait))
        send_ipi(cpu, arch::SystemVector::call_function_single);
    if (wait == call_wait::yes)
        csd_lock_wait(csd);
    return 0;
}

void call_many(cpumask_t const* mask, smp_call_func_t function, void* info, call_wait wait)
{
    unsigned const self = arch::smp_processor_id();
    auto& calls = *arch::this_cpu_ptr(&own_calls);
    unsigned cpu;
    for_each_cpu(cpu, mask)
    {
        if (cpu != self && cpu_online(cpu) && post(cpu, calls[cpu], function, info, wait))
            send_ipi(cpu, arch::SystemVector::call_function);
    }
    if (wait == call_wait::no)
        return;
    for_each_cpu(cpu, mask) csd_lock_wait(calls[cpu]);
}

} // namespace

void flush_smp_call_function_queue()
{
    call_single_data*& queue = *arch::this_cpu_ptr(&call_single_queue);
    call_single_data* csd = reversed(
        __atomic_exchange_n(&queue, static_cast<call_single_data*>(nullptr), __ATOMIC_ACQ_REL));
    while (csd != nullptr) {
        call_single_data& current = *csd;
        csd = current.next;
        smp_call_func_t const function = current.function;
        void* const info = current.info;
        bool const is_awaited = (current.flags & CSD_TYPE_SYNC) != 0;
        if (!is_awaited)
            csd_unlock(current);
        function(info);
        if (is_awaited)
            csd_unlock(current);
    }
}

int smp_call_function_single(unsigned cpu, smp_call_func_t function, void* info, call_wait wait)
{
    lib::preempt_disable();
    int const result = call_single(cpu, function, info, wait);
    lib::preempt_enable();
    return result;
}

void smp_call_function_many(cpumask_t const* mask, smp_call_func_t function, void* info,
                            call_wait wait)
{
    lib::preempt_disable();
    call_many(mask, function, info, wait);
    lib::preempt_enable();
}

void smp_call_function(smp_call_func_t function, void* info, call_wait wait)
{
    smp_call_function_many(cpu_online_mask, function, info, wait);
}

void on_each_cpu(smp_call_func_t function, void* info, call_wait wait)
{
    lib::preempt_disable();
    call_many(cpu_online_mask, function, info, wait);
    {
        arch::InterruptGuard const guard;
        function(info);
    }
    lib::preempt_enable();
}

void smp_send_reschedule(unsigned cpu)
{
    send_ipi(cpu, arch::SystemVector::reschedule);
}

} // namespace pagelab::kernel
