// linux/interrupt.h, linux/hrtimer.h: both are timers (../sched/timer.hpp) underneath.
#include "guestkernel/kernel/exports/interrupt.hpp"

#include "guestkernel/arch/x86/percpu.hpp"
#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/sched/sched.hpp"

using namespace pagelab;
using kernel::hrtimer;
using kernel::tasklet_struct;
using kernel::timer_list;

namespace {

constexpr int64_t kTickNs = 1'000'000'000 / kernel::HZ;
constexpr unsigned kHrtimerModeRel = 1;

int64_t now()
{
    return static_cast<int64_t>(kernel::ktime_get_ns());
}

// The tick may have begun long ago: hrtimer_run looks at the clock once more.
void start(hrtimer& t)
{
    int64_t const left = t.expires - now();
    unsigned long const ticks =
        left > 0 ? static_cast<unsigned long>((left + kTickNs - 1) / kTickNs) : 1;
    kernel::mod_timer(t.timer, jiffies + ticks);
}

void hrtimer_run(timer_list& timer)
{
    hrtimer& t = *CONTAINER_OF(&timer, hrtimer, timer);
    if (now() < t.expires || t.function(&t) == kernel::HRTIMER_RESTART)
        start(t);
}

} // namespace

extern "C" {

void __tasklet_action(timer_list* timer)
{
    tasklet_struct& t = *CONTAINER_OF(timer, tasklet_struct, timer);
    if (__atomic_load_n(&t.count, __ATOMIC_RELAXED) != 0) // disabled: later
        kernel::mod_timer(t.timer, jiffies + 1);
    else if (t.use_callback)
        t.callback(&t);
    else
        t.func(t.data);
}
EXPORT_SYMBOL(__tasklet_action);

void tasklet_setup(tasklet_struct* tasklet, void (*callback)(tasklet_struct* tasklet))
{
    *tasklet = {};
    tasklet->use_callback = true;
    tasklet->callback = callback;
    tasklet->timer.function = [](timer_list& timer) { __tasklet_action(&timer); };
}
EXPORT_SYMBOL(tasklet_setup);

void tasklet_init(tasklet_struct* tasklet, void (*function)(unsigned long data), unsigned long data)
{
    tasklet_setup(tasklet, nullptr);
    tasklet->use_callback = false;
    tasklet->func = function;
    tasklet->data = data;
}
EXPORT_SYMBOL(tasklet_init);

void __tasklet_schedule(tasklet_struct* tasklet)
{
    lib::preempt_disable();
    if (!kernel::timer_pending(tasklet->timer)) {
        tasklet->timer.flags = arch::smp_processor_id();
        kernel::mod_timer(tasklet->timer, jiffies + 1);
    }
    lib::preempt_enable();
}
EXPORT_SYMBOL(__tasklet_schedule);

// A scheduled one runs first.
void tasklet_kill(tasklet_struct* tasklet)
{
    while (kernel::timer_pending(tasklet->timer))
        kernel::schedule_timeout_uninterruptible(1);
    kernel::del_timer_sync(tasklet->timer);
}
EXPORT_SYMBOL(tasklet_kill);

void hrtimer_init(hrtimer* timer, int, unsigned)
{
    *timer = {};
    kernel::timer_setup(timer->timer, hrtimer_run, 0);
}
EXPORT_SYMBOL_GPL(hrtimer_init);

void hrtimer_start(hrtimer* timer, int64_t time, unsigned mode)
{
    kernel::del_timer(timer->timer);
    timer->expires = (mode & kHrtimerModeRel) != 0 ? now() + time : time;
    start(*timer);
}
EXPORT_SYMBOL_GPL(hrtimer_start);

int hrtimer_cancel(hrtimer* timer)
{
    return kernel::del_timer_sync(timer->timer);
}
EXPORT_SYMBOL_GPL(hrtimer_cancel);

int hrtimer_try_to_cancel(hrtimer* timer)
{
    return kernel::del_timer(timer->timer);
}
EXPORT_SYMBOL_GPL(hrtimer_try_to_cancel);

// By as many intervals as it takes to lie behind `time`; how many.
uint64_t hrtimer_forward(hrtimer* timer, int64_t time, int64_t interval)
{
    if (time < timer->expires || interval <= 0)
        return 0;
    auto const intervals = static_cast<uint64_t>((time - timer->expires) / interval) + 1;
    timer->expires += static_cast<int64_t>(intervals) * interval;
    return intervals;
}
EXPORT_SYMBOL_GPL(hrtimer_forward);

bool hrtimer_active(hrtimer const* timer)
{
    return kernel::timer_pending(timer->timer);
}
EXPORT_SYMBOL_GPL(hrtimer_active);

} // extern "C"
