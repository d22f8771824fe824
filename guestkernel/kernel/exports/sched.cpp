// linux/sched.h, linux/kthread.h.
#include "guestkernel/kernel/sched/sched.hpp"

#include <stdarg.h>

#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/sched/fork.hpp"
#include "guestkernel/kernel/sched/kthread.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/format.hpp"

using namespace pagelab;
using kernel::task_struct;

extern "C" {

void schedule()
{
    kernel::schedule();
}
EXPORT_SYMBOL(schedule);

long schedule_timeout(long timeout)
{
    return kernel::schedule_timeout(timeout);
}
EXPORT_SYMBOL(schedule_timeout);

long schedule_timeout_interruptible(long timeout)
{
    return kernel::schedule_timeout_interruptible(timeout);
}
EXPORT_SYMBOL(schedule_timeout_interruptible);

long schedule_timeout_uninterruptible(long timeout)
{
    return kernel::schedule_timeout_uninterruptible(timeout);
}
EXPORT_SYMBOL(schedule_timeout_uninterruptible);

void yield()
{
    kernel::yield();
}
EXPORT_SYMBOL(yield);

int __cond_resched()
{
    return kernel::cond_resched();
}
EXPORT_SYMBOL(__cond_resched);

int wake_up_process(task_struct* task)
{
    return kernel::wake_up_process(*task);
}
EXPORT_SYMBOL(wake_up_process);

int set_cpus_allowed_ptr(task_struct* task, kernel::cpumask_t const* mask)
{
    return *mask != 0 && kernel::set_cpus_allowed(*task, *mask) ? 0 : -EINVAL;
}
EXPORT_SYMBOL_GPL(set_cpus_allowed_ptr);

// Linux stopped exporting it in 5.17, for kthread_exit; labs are older.
[[noreturn]] void do_exit(long code)
{
    kernel::do_exit(code);
}
EXPORT_SYMBOL_GPL(do_exit);

[[noreturn]] void kthread_exit(long result)
{
    kernel::do_exit(result);
}
EXPORT_SYMBOL(kthread_exit);

[[noreturn]] void kthread_complete_and_exit(kernel::completion* completion, long result)
{
    if (completion != nullptr)
        kernel::complete(*completion);
    kernel::do_exit(result);
}
EXPORT_SYMBOL(kthread_complete_and_exit);

void __put_task_struct(task_struct* task)
{
    kernel::put_task_struct(*task);
}
EXPORT_SYMBOL_GPL(__put_task_struct);

task_struct* kthread_create_on_node(int (*function)(void* data), void* data, int,
                                    char const* format, ...)
{
    char name[kernel::TASK_COMM_LEN];
    va_list arguments;
    va_start(arguments, format);
    lib::vsnprintf(name, sizeof(name), format, arguments);
    va_end(arguments);
    task_struct* const task = kernel::kthread_create(function, data, "%s", name);
    return task != nullptr ? task : reinterpret_cast<task_struct*>(-ENOMEM);
}
EXPORT_SYMBOL(kthread_create_on_node);

void kthread_bind(task_struct* task, unsigned cpu)
{
    kernel::kthread_bind(*task, cpu);
}
EXPORT_SYMBOL(kthread_bind);

int kthread_stop(task_struct* task)
{
    return kernel::kthread_stop(*task);
}
EXPORT_SYMBOL(kthread_stop);

bool kthread_should_stop()
{
    return kernel::kthread_should_stop();
}
EXPORT_SYMBOL(kthread_should_stop);

bool kthread_should_park()
{
    return kernel::kthread_should_park();
}
EXPORT_SYMBOL_GPL(kthread_should_park);

int kthread_park(task_struct* task)
{
    return kernel::kthread_park(*task);
}
EXPORT_SYMBOL_GPL(kthread_park);

void kthread_unpark(task_struct* task)
{
    kernel::kthread_unpark(*task);
}
EXPORT_SYMBOL_GPL(kthread_unpark);

void kthread_parkme()
{
    kernel::kthread_parkme();
}
EXPORT_SYMBOL_GPL(kthread_parkme);

void* kthread_data(task_struct* task)
{
    return kernel::kthread_data(*task);
}
EXPORT_SYMBOL_GPL(kthread_data);

} // extern "C"
