// Waking, the tick, and the spreading of tasks over the CPUs.
#include "guestkernel/kernel/sched/run_queues.hpp"

#include "guestkernel/kernel/smp.hpp"

namespace pagelab::kernel {

namespace {

cpumask_t volatile active_cpus;

unsigned nr_running_of(unsigned cpu)
{
    return cpu_rq(cpu).nr_running;
}

// The queue of a task that is in one, locked: it may change queues until then.
rq& lock_task_rq(task_struct& p)
{
    for (;;) {
        rq& rq = cpu_rq(p.cpu);
        lib::spin_lock(rq.__lock);
        if (rq.cpu == p.cpu)
            return rq;
        lib::spin_unlock(rq.__lock);
    }
}

// Of a task that has not left its run queue yet.
bool wake_queued(task_struct& p)
{
    rq& rq = lock_task_rq(p);
    bool const is_queued = p.on_rq;
    if (is_queued)
        p.__state = TASK_RUNNING;
    lib::spin_unlock(rq.__lock);
    return is_queued;
}

// The task is in no queue and on no CPU; its pi_lock is held.
void activate_task(task_struct& p)
{
    cpumask_t const allowed = p.cpus_mask & active_cpus;
    unsigned const cpu =
        select_task_rq(p.cpu, allowed != 0 ? allowed : cpumask_t{active_cpus}, nr_running_of);
    rq& rq = cpu_rq(cpu);
    lib::spin_lock(rq.__lock);
    p.__state = TASK_RUNNING;
    enqueue_task(rq, p);
    if (rq.curr == rq.idle)
        resched_curr(rq);
    lib::spin_unlock(rq.__lock);
}

} // namespace

bool try_to_wake_up(task_struct& p, unsigned state)
{
    unsigned long flags;
    lib::spin_lock_irqsave(p.pi_lock, flags);
    bool const sleeps = (p.__state & state) != 0;
    if (sleeps && !wake_queued(p)) {
        while (__atomic_load_n(&p.on_cpu, __ATOMIC_ACQUIRE)) // it is still being switched from
            __builtin_ia32_pause();
        activate_task(p);
    }
    lib::spin_unlock_irqrestore(p.pi_lock, flags);
    return sleeps;
}

bool wake_up_process(task_struct& p)
{
    return try_to_wake_up(p, TASK_NORMAL);
}

void wake_up_new_task(task_struct& p)
{
    unsigned long flags;
    lib::spin_lock_irqsave(p.pi_lock, flags);
    activate_task(p);
    lib::spin_unlock_irqrestore(p.pi_lock, flags);
}

bool set_cpus_allowed(task_struct& p, cpumask_t mask)
{
    if ((mask & active_cpus) == 0)
        return false;
    unsigned long flags;
    lib::spin_lock_irqsave(p.pi_lock, flags);
    p.cpus_mask = mask;
    lib::spin_unlock_irqrestore(p.pi_lock, flags);
    return true;
}

void resched_curr(rq& rq)
{
    if (rq.curr->need_resched)
        return;
    rq.curr->need_resched = true;
    if (rq.cpu == arch::smp_processor_id())
        lib::set_preempt_need_resched();
    else
        smp_send_reschedule(rq.cpu);
}

void pull_task(rq& to)
{
    for (cpumask_t others = active_cpus & ~cpumask_of(to.cpu); others != 0; others &= others - 1) {
        rq& from = cpu_rq(static_cast<unsigned>(__builtin_ctzll(others)));
        if (from.nr_running < 2 || !lib::spin_trylock(from.__lock)) // not waited for: it might be
            continue;                                               // waiting for ours
        task_struct* const p = detach_task(from, to.cpu);
        if (p != nullptr)
            enqueue_task(to, *p);
        lib::spin_unlock(from.__lock);
        if (p != nullptr)
            return;
    }
}

void scheduler_tick()
{
    rq& rq = this_rq();
    if (rq.idle == nullptr) // not yet
        return;
    lib::spin_lock(rq.__lock);
    bool wants_to_pull = false;
    if (rq.curr == rq.idle) {
        for (cpumask_t cpus = active_cpus; cpus != 0; cpus &= cpus - 1)
            wants_to_pull |= cpu_rq(static_cast<unsigned>(__builtin_ctzll(cpus))).nr_running > 1;
    }
    if (task_tick(rq) || wants_to_pull)
        resched_curr(rq);
    lib::spin_unlock(rq.__lock);
}

void scheduler_ipi()
{
    if (need_resched())
        lib::set_preempt_need_resched();
}

void init_idle(task_struct& idle, unsigned cpu)
{
    rq_init(cpu_rq(cpu), cpu, idle);
    idle.cpu = cpu;
    idle.cpus_mask = cpumask_of(cpu);
    idle.on_cpu = true;
    idle.on_rq = true;
    arch::per_cpu(current_task, cpu) = &idle;
}

void set_cpu_active(unsigned cpu)
{
    cpumask_set_cpu(cpu, &active_cpus);
}

void take_over(task_struct& p)
{
    rq& rq = this_rq();
    rq.idle->on_cpu = false;
    rq.curr = &p;
    rq.nr_running = 1;
    p.on_cpu = true;
    p.on_rq = true;
    lib::this_cpu_write(current_task, &p);
    set_cpu_active(rq.cpu);
}

bool scheduler_is_running(unsigned cpu)
{
    return cpumask_test_cpu(cpu, &active_cpus);
}

cpumask_t cpu_active_mask()
{
    return active_cpus;
}

unsigned long nr_context_switches()
{
    unsigned long sum = 0;
    for (cpumask_t cpus = active_cpus; cpus != 0; cpus &= cpus - 1)
        sum += cpu_rq(static_cast<unsigned>(__builtin_ctzll(cpus))).nr_switches;
    return sum;
}

} // namespace pagelab::kernel
