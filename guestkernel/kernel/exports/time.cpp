// linux/timer.h, linux/jiffies.h, linux/delay.h, linux/ktime.h, linux/workqueue.h, linux/math64.h.
#include "guestkernel/kernel/sched/timer.hpp"

#include <stdarg.h>

#include "guestkernel/kernel/cpumask.hpp"
#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/sched/workqueue.hpp"
#include "guestkernel/lib/format.hpp"

using namespace pagelab;
using kernel::delayed_work;
using kernel::delayed_work_timer_fn;
using kernel::system_wq;
using kernel::timer_list;
using kernel::work_struct;
using kernel::workqueue_struct;

EXPORT_SYMBOL(delayed_work_timer_fn);
EXPORT_SYMBOL(jiffies);
EXPORT_SYMBOL(system_wq);

extern "C" {

void init_timer_key(timer_list* timer, void (*function)(timer_list&), unsigned flags, char const*,
                    void*)
{
    kernel::timer_setup(*timer, function, flags);
}
EXPORT_SYMBOL(init_timer_key);

int mod_timer(timer_list* timer, unsigned long expires)
{
    return kernel::mod_timer(*timer, expires);
}
EXPORT_SYMBOL(mod_timer);

void add_timer(timer_list* timer)
{
    kernel::add_timer(*timer);
}
EXPORT_SYMBOL(add_timer);

int del_timer(timer_list* timer)
{
    return kernel::del_timer(*timer);
}
EXPORT_SYMBOL(del_timer);

int del_timer_sync(timer_list* timer)
{
    return kernel::del_timer_sync(*timer);
}
EXPORT_SYMBOL(del_timer_sync);

unsigned long __msecs_to_jiffies(unsigned milliseconds)
{
    return kernel::msecs_to_jiffies(milliseconds);
}
EXPORT_SYMBOL(__msecs_to_jiffies);

unsigned jiffies_to_msecs(unsigned long ticks)
{
    return kernel::jiffies_to_msecs(ticks);
}
EXPORT_SYMBOL(jiffies_to_msecs);

void msleep(unsigned milliseconds)
{
    kernel::msleep(milliseconds);
}
EXPORT_SYMBOL(msleep);

unsigned long msleep_interruptible(unsigned milliseconds)
{
    return kernel::msleep_interruptible(milliseconds);
}
EXPORT_SYMBOL(msleep_interruptible);

void usleep_range(unsigned long min_us, unsigned long max_us)
{
    kernel::usleep_range(min_us, max_us);
}
EXPORT_SYMBOL(usleep_range);

void __udelay(unsigned long microseconds)
{
    kernel::udelay(microseconds);
}
EXPORT_SYMBOL(__udelay);

void __ndelay(unsigned long nanoseconds)
{
    kernel::ndelay(nanoseconds);
}
EXPORT_SYMBOL(__ndelay);

int64_t ktime_get()
{
    return static_cast<int64_t>(kernel::ktime_get_ns());
}
EXPORT_SYMBOL_GPL(ktime_get);

// A CPU that cannot be means this one.
bool queue_work_on(int cpu, workqueue_struct* queue, work_struct* work)
{
    if (cpu < 0 || cpu >= static_cast<int>(kernel::nr_cpu_ids))
        return kernel::queue_work(*queue, *work);
    return kernel::queue_work_on(static_cast<unsigned>(cpu), *queue, *work);
}
EXPORT_SYMBOL(queue_work_on);

bool queue_delayed_work_on(int, workqueue_struct* queue, delayed_work* work, unsigned long delay)
{
    return kernel::queue_delayed_work(*queue, *work, delay);
}
EXPORT_SYMBOL(queue_delayed_work_on);

bool mod_delayed_work_on(int, workqueue_struct* queue, delayed_work* work, unsigned long delay)
{
    return kernel::mod_delayed_work(*queue, *work, delay);
}
EXPORT_SYMBOL_GPL(mod_delayed_work_on);

bool flush_work(work_struct* work)
{
    return kernel::flush_work(*work);
}
EXPORT_SYMBOL_GPL(flush_work);

bool flush_delayed_work(delayed_work* work)
{
    return kernel::flush_delayed_work(*work);
}
EXPORT_SYMBOL(flush_delayed_work);

bool cancel_work_sync(work_struct* work)
{
    return kernel::cancel_work_sync(*work);
}
EXPORT_SYMBOL_GPL(cancel_work_sync);

bool cancel_delayed_work(delayed_work* work)
{
    return kernel::cancel_delayed_work(*work);
}
EXPORT_SYMBOL(cancel_delayed_work);

bool cancel_delayed_work_sync(delayed_work* work)
{
    return kernel::cancel_delayed_work_sync(*work);
}
EXPORT_SYMBOL(cancel_delayed_work_sync);

void __flush_workqueue(workqueue_struct* queue)
{
    kernel::flush_workqueue(*queue);
}
EXPORT_SYMBOL(__flush_workqueue);

workqueue_struct* alloc_workqueue(char const* format, unsigned flags, int max_active, ...)
{
    char name[24];
    va_list arguments;
    va_start(arguments, max_active);
    lib::vsnprintf(name, sizeof(name), format, arguments);
    va_end(arguments);
    return kernel::alloc_workqueue(name, flags, static_cast<unsigned>(max_active));
}
EXPORT_SYMBOL_GPL(alloc_workqueue);

void destroy_workqueue(workqueue_struct* queue)
{
    kernel::destroy_workqueue(*queue);
}
EXPORT_SYMBOL_GPL(destroy_workqueue);

uint64_t div64_u64(uint64_t dividend, uint64_t divisor)
{
    return dividend / divisor;
}
EXPORT_SYMBOL(div64_u64);

int64_t div64_s64(int64_t dividend, int64_t divisor)
{
    return dividend / divisor;
}
EXPORT_SYMBOL(div64_s64);

} // extern "C"
