// Read-copy-update.
#include "guestkernel/kernel/rcu.hpp"

#include "guestkernel/abi/address.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/kernel/sched/workqueue.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/kernel/smp.hpp"
#include "guestkernel/lib/spinlock.hpp"

namespace pagelab::kernel {

namespace {

lib::spinlock_t callback_lock;
rcu_head* first_callback;
rcu_head** last_callback = &first_callback;

// In the interrupt of another CPU. Its idle task has preemption disabled and reads nothing.
void look_for_reader(void* info)
{
    unsigned const idle = is_idle_task(get_current()) ? lib::PREEMPT_OFFSET : 0;
    *static_cast<bool*>(info) = lib::preempt_count() > lib::HARDIRQ_OFFSET + idle;
}

// A CPU that this thread runs on has no reader.
bool may_have_reader(unsigned cpu)
{
    bool is_reading = false;
    rcu_guard const stay_here;
    if (cpu != arch::smp_processor_id())
        smp_call_function_single(cpu, look_for_reader, &is_reading, call_wait::yes);
    return is_reading;
}

void run_callback(rcu_head& head)
{
    auto const offset = reinterpret_cast<uintptr_t>(head.func);
    if (offset < kPageSize) { // kvfree_call_rcu's
        kvfree(reinterpret_cast<char*>(&head) - offset);
        return;
    }
    lib::preempt_count_add(lib::SOFTIRQ_OFFSET);
    head.func(&head);
    lib::preempt_count_sub(lib::SOFTIRQ_OFFSET);
}

void run_callbacks(work_struct&)
{
    lib::spin_lock_irq(callback_lock);
    rcu_head* head = first_callback;
    first_callback = nullptr;
    last_callback = &first_callback;
    lib::spin_unlock_irq(callback_lock);
    synchronize_rcu();
    while (head != nullptr) {
        rcu_head& current = *head;
        head = head->next; // the callback frees it
        run_callback(current);
    }
}

work_struct callbacks = {0, {&callbacks.entry, &callbacks.entry}, run_callbacks};

} // namespace

void synchronize_rcu()
{
    unsigned cpu;
    for_each_online_cpu(cpu)
    {
        while (may_have_reader(cpu))
            schedule_timeout_uninterruptible(1);
    }
}

void call_rcu(rcu_head& head, void (*function)(rcu_head* head))
{
    unsigned long flags;
    head.next = nullptr;
    head.func = function;
    lib::spin_lock_irqsave(callback_lock, flags);
    *last_callback = &head;
    last_callback = &head.next;
    lib::spin_unlock_irqrestore(callback_lock, flags);
    schedule_work(callbacks);
}

void kvfree_call_rcu(rcu_head& head, size_t offset)
{
    call_rcu(head, reinterpret_cast<void (*)(rcu_head*)>(offset));
}

void rcu_barrier()
{
    flush_work(callbacks);
}

} // namespace pagelab::kernel
