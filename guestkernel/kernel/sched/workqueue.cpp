// Queueing, flushing and cancelling.
#include "guestkernel/kernel/sched/workqueue.hpp"

#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/kernel/sched/worker_pool.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

constexpr unsigned kUnlimited = ~0u;

workqueue_struct the_system_wq = {
    .max_active = kUnlimited,
    .nr_active = 0,
    .color = 0,
    .nr_in_flight = {},
    .flush_mutex = {nullptr,
                    {{},
                     {&the_system_wq.flush_mutex.wait.head, &the_system_wq.flush_mutex.wait.head}}},
    .name = "events",
};

// Out of its list, if it is in one. Whether it was.
bool try_to_grab_pending(work_struct& work)
{
    unsigned long flags;
    lib::spin_lock_irqsave(workqueue_lock, flags);
    bool const was_pending = work_pending(work);
    if (was_pending) {
        workqueue_of(work).nr_in_flight[(work.data & WORK_STRUCT_COLOR) != 0 ? 1 : 0]--;
        work.data &= ~WORK_STRUCT_PENDING;
        lib::list_del(work.entry);
    }
    lib::spin_unlock_irqrestore(workqueue_lock, flags);
    if (was_pending)
        wake_up_all(work_done);
    return was_pending;
}

bool is_busy(work_struct const& work)
{
    unsigned long flags;
    lib::spin_lock_irqsave(workqueue_lock, flags);
    bool const busy = work_pending(work) || is_running(work);
    lib::spin_unlock_irqrestore(workqueue_lock, flags);
    return busy;
}

} // namespace

workqueue_struct* const system_wq = &the_system_wq;

void delayed_work_timer_fn(timer_list& timer)
{
    delayed_work& dwork = *CONTAINER_OF(&timer, delayed_work, timer);
    queue_work(*dwork.wq, dwork.work);
}

void init_work(work_struct& work, void (*func)(work_struct& work))
{
    work.data = 0;
    lib::init_list_head(work.entry);
    work.func = func;
}

void init_delayed_work(delayed_work& dwork, void (*func)(work_struct& work))
{
    init_work(dwork.work, func);
    timer_setup(dwork.timer, delayed_work_timer_fn, 0);
    dwork.wq = nullptr;
}

bool work_pending(work_struct const& work)
{
    return (work.data & WORK_STRUCT_PENDING) != 0;
}

bool queue_work_on(unsigned cpu, workqueue_struct& wq, work_struct& work)
{
    unsigned long flags;
    lib::spin_lock_irqsave(workqueue_lock, flags);
    bool const is_new = !work_pending(work);
    if (is_new) {
        worker_pool& pool = cpu_pool(cpu);
        work.data = reinterpret_cast<unsigned long>(&wq) | WORK_STRUCT_PENDING |
                    (wq.color != 0 ? WORK_STRUCT_COLOR : 0);
        wq.nr_in_flight[wq.color]++;
        lib::list_add_tail(work.entry, pool.worklist);
        wake_up_worker(pool);
    }
    lib::spin_unlock_irqrestore(workqueue_lock, flags);
    return is_new;
}

bool queue_work(workqueue_struct& wq, work_struct& work)
{
    return queue_work_on(arch::smp_processor_id(), wq, work);
}

bool queue_delayed_work(workqueue_struct& wq, delayed_work& dwork, unsigned long delay)
{
    if (work_pending(dwork.work) || timer_pending(dwork.timer))
        return false;
    return !mod_delayed_work(wq, dwork, delay);
}

bool mod_delayed_work(workqueue_struct& wq, delayed_work& dwork, unsigned long delay)
{
    bool const was_pending = cancel_delayed_work(dwork);
    dwork.wq = &wq;
    if (delay == 0)
        queue_work(wq, dwork.work);
    else
        mod_timer(dwork.timer, jiffies + delay);
    return was_pending;
}

bool flush_work(work_struct& work)
{
    bool const was_busy = is_busy(work);
    wait_event(work_done, [&work] { return !is_busy(work); });
    return was_busy;
}

bool flush_delayed_work(delayed_work& dwork)
{
    if (del_timer_sync(dwork.timer))
        queue_work(*dwork.wq, dwork.work);
    return flush_work(dwork.work);
}

bool cancel_work_sync(work_struct& work)
{
    bool const was_pending = try_to_grab_pending(work);
    flush_work(work);
    return was_pending;
}

bool cancel_delayed_work(delayed_work& dwork)
{
    bool const timer_was_pending = del_timer(dwork.timer);
    return try_to_grab_pending(dwork.work) || timer_was_pending;
}

bool cancel_delayed_work_sync(delayed_work& dwork)
{
    bool const timer_was_pending = del_timer_sync(dwork.timer);
    return cancel_work_sync(dwork.work) || timer_was_pending;
}

// Works queued from now on have the other colour, and are not waited for.
void flush_workqueue(workqueue_struct& wq)
{
    mutex_lock(wq.flush_mutex);
    unsigned long flags;
    lib::spin_lock_irqsave(workqueue_lock, flags);
    unsigned volatile& old = wq.nr_in_flight[wq.color];
    wq.color ^= 1;
    lib::spin_unlock_irqrestore(workqueue_lock, flags);
    wait_event(work_done, [&old] { return old == 0; });
    mutex_unlock(wq.flush_mutex);
}

workqueue_struct* alloc_workqueue(char const* name, unsigned flags, unsigned max_active)
{
    auto* const wq =
        static_cast<workqueue_struct*>(kzalloc(sizeof(workqueue_struct), mm::GFP_KERNEL));
    if (wq == nullptr)
        return nullptr;
    wq->max_active = (flags & __WQ_ORDERED) != 0 ? 1 : max_active != 0 ? max_active : kUnlimited;
    mutex_init(wq->flush_mutex);
    size_t const length = strlen(name);
    memcpy(wq->name, name, length < sizeof(wq->name) ? length : sizeof(wq->name) - 1);
    return wq;
}

void destroy_workqueue(workqueue_struct& wq)
{
    flush_workqueue(wq);
    flush_workqueue(wq); // what the first one's works have queued
    kfree(&wq);
}

} // namespace pagelab::kernel
