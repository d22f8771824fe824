// Each CPU's timers, and the tick that drives them.
#include "guestkernel/kernel/sched/timer.hpp"

#include "guestkernel/arch/x86/apic_timer.hpp"
#include "guestkernel/kernel/sched/run_queues.hpp"
#include "guestkernel/kernel/smp.hpp"

extern "C" {
unsigned long volatile jiffies;
}

namespace pagelab::kernel {

namespace {

DEFINE_PER_CPU(timer_base, timer_bases) = {};

// The base of a timer, locked. A base never used is made ready here.
timer_base& lock_timer_base(timer_list const& timer, unsigned long& flags)
{
    timer_base& base = arch::per_cpu(timer_bases, timer.flags);
    lib::spin_lock_irqsave(base.lock, flags);
    if (base.timers.next == nullptr)
        lib::init_list_head(base.timers);
    return base;
}

struct sleeper {
    timer_list timer;
    task_struct* task;
};

void wake_sleeper(timer_list& timer)
{
    wake_up_process(*CONTAINER_OF(&timer, sleeper, timer)->task);
}

} // namespace

void timer_setup(timer_list& timer, void (*function)(timer_list& timer), unsigned)
{
    timer.entry.next = nullptr;
    timer.function = function;
    timer.flags = arch::smp_processor_id();
}

bool mod_timer(timer_list& timer, unsigned long expires)
{
    unsigned long flags;
    timer_base& base = lock_timer_base(timer, flags);
    unsigned const timer_cpu = timer.flags;
    bool const was_pending = timer_pending(timer);
    if (was_pending)
        detach_timer(timer);
    timer.expires = expires;
    enqueue_timer(base, timer);
    bool const is_asleep = base.tick_is_stopped && timer_cpu != arch::smp_processor_id();
    lib::spin_unlock_irqrestore(base.lock, flags);
    if (is_asleep)
        smp_send_reschedule(timer_cpu); // it looks at its timers before it halts again
    return was_pending;
}

void add_timer(timer_list& timer)
{
    mod_timer(timer, timer.expires);
}

bool del_timer(timer_list& timer)
{
    unsigned long flags;
    timer_base& base = lock_timer_base(timer, flags);
    bool const was_pending = timer_pending(timer);
    if (was_pending)
        detach_timer(timer);
    lib::spin_unlock_irqrestore(base.lock, flags);
    return was_pending;
}

bool del_timer_sync(timer_list& timer)
{
    bool was_pending = false;
    for (bool is_running = true; is_running;) {
        unsigned long flags;
        timer_base& base = lock_timer_base(timer, flags);
        is_running = base.running_timer == &timer;
        if (timer_pending(timer)) {
            detach_timer(timer);
            was_pending = true;
        }
        lib::spin_unlock_irqrestore(base.lock, flags);
        __builtin_ia32_pause();
    }
    return was_pending;
}

void tick_periodic()
{
    if (arch::smp_processor_id() == 0)
        jiffies = jiffies + 1;
    scheduler_tick();
}

void tick_nohz_idle_enter()
{
    if (arch::smp_processor_id() == 0)
        return;
    timer_base& base = *arch::this_cpu_ptr(&timer_bases);
    lib::spin_lock(base.lock);
    bool const was_stopped = base.tick_is_stopped;
    base.tick_is_stopped = base.timers.next == nullptr || lib::list_empty(base.timers);
    lib::spin_unlock(base.lock);
    if (base.tick_is_stopped && !was_stopped)
        arch::apic_timer_stop();
    else if (!base.tick_is_stopped && was_stopped)
        arch::apic_timer_start();
}

void tick_nohz_idle_exit()
{
    timer_base& base = *arch::this_cpu_ptr(&timer_bases);
    if (!base.tick_is_stopped)
        return;
    base.tick_is_stopped = false;
    arch::apic_timer_start();
}

// Interrupts are off, and are off again at the end.
void run_timers()
{
    timer_base& base = *arch::this_cpu_ptr(&timer_bases);
    if (lib::in_interrupt() || base.timers.next == nullptr || !has_expired(base, jiffies))
        return;
    lib::preempt_count_add(lib::SOFTIRQ_OFFSET);
    lib::spin_lock(base.lock);
    while (timer_list* const timer = next_expired(base, jiffies)) {
        base.running_timer = timer;
        lib::spin_unlock_irq(base.lock);
        timer->function(*timer);
        lib::spin_lock_irq(base.lock);
        base.running_timer = nullptr;
    }
    lib::spin_unlock(base.lock);
    lib::preempt_count_sub(lib::SOFTIRQ_OFFSET);
}

long schedule_timeout(long timeout)
{
    if (timeout == MAX_SCHEDULE_TIMEOUT) {
        schedule();
        return timeout;
    }
    sleeper sleeper = {{}, &get_current()};
    unsigned long const end = jiffies + static_cast<unsigned long>(timeout);
    timer_setup(sleeper.timer, wake_sleeper, 0);
    mod_timer(sleeper.timer, end);
    schedule();
    del_timer_sync(sleeper.timer);
    long const left = static_cast<long>(end - jiffies);
    return left > 0 ? left : 0;
}

} // namespace pagelab::kernel
