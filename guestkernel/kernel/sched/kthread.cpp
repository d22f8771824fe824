// Kernel threads.
#include "guestkernel/kernel/sched/kthread.hpp"

#include <stdarg.h>

#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/sched/fork.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/lib/format.hpp"

namespace pagelab::kernel {

namespace {

enum : unsigned long { // struct kthread::flags
    KTHREAD_SHOULD_STOP = 1 << 1,
    KTHREAD_SHOULD_PARK = 1 << 2,
};

constexpr int kEintr = 4;
constexpr int kEnosys = 38;

bool has_flag(task_struct const& p, unsigned long flag)
{
    return (__atomic_load_n(&p.kthread.flags, __ATOMIC_SEQ_CST) & flag) != 0;
}

void set_flag(task_struct& p, unsigned long flag)
{
    __atomic_fetch_or(&p.kthread.flags, flag, __ATOMIC_SEQ_CST);
}

// The function of every kthread.
void kthread(void*)
{
    task_struct& self = get_current();
    int result = -kEintr;
    if (kthread_should_park())
        kthread_parkme();
    if (!kthread_should_stop())
        result = self.kthread.threadfn(self.kthread.data);
    do_exit(result);
}

task_struct* create(int (*threadfn)(void*), void* data, char const* format, va_list arguments)
{
    char name[TASK_COMM_LEN];
    lib::vsnprintf(name, sizeof(name), format, arguments);
    auto const made = create_task(name, PF_KTHREAD, kthread, nullptr);
    if (!made) {
        printk(log_level::warning, "kthread_create: %s: %s\n", name, made.error().message);
        return nullptr;
    }
    task_struct* const p = made.value();
    p->kthread.threadfn = threadfn;
    p->kthread.data = data;
    return p;
}

} // namespace

task_struct* kthread_create(int (*threadfn)(void*), void* data, char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    task_struct* const p = create(threadfn, data, format, arguments);
    va_end(arguments);
    return p;
}

task_struct* kthread_run(int (*threadfn)(void*), void* data, char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    task_struct* const p = create(threadfn, data, format, arguments);
    va_end(arguments);
    if (p != nullptr)
        wake_up_process(*p);
    return p;
}

void kthread_bind(task_struct& p, unsigned cpu)
{
    set_cpus_allowed(p, cpumask_of(cpu));
}

int kthread_stop(task_struct& p)
{
    get_task_struct(p);
    set_flag(p, KTHREAD_SHOULD_STOP);
    kthread_unpark(p);
    wake_up_process(p);
    wait_for_completion(p.exited);
    int const result = p.exit_code;
    put_task_struct(p);
    return result;
}

bool kthread_should_stop()
{
    return has_flag(get_current(), KTHREAD_SHOULD_STOP);
}

int kthread_park(task_struct& p)
{
    if ((p.flags & PF_EXITING) != 0)
        return -kEnosys;
    reinit_completion(p.kthread.parked);
    set_flag(p, KTHREAD_SHOULD_PARK);
    if (&p == &get_current())
        return 0;
    wake_up_process(p);
    wait_for_completion(p.kthread.parked);
    return 0;
}

void kthread_unpark(task_struct& p)
{
    __atomic_fetch_and(&p.kthread.flags, ~KTHREAD_SHOULD_PARK, __ATOMIC_SEQ_CST);
    try_to_wake_up(p, TASK_PARKED);
}

bool kthread_should_park()
{
    return has_flag(get_current(), KTHREAD_SHOULD_PARK);
}

void kthread_parkme()
{
    for (;;) {
        set_current_state(TASK_PARKED);
        if (!kthread_should_park())
            break;
        complete(get_current().kthread.parked);
        schedule();
    }
    set_current_state(TASK_RUNNING);
}

void* kthread_data(task_struct& p)
{
    return p.kthread.data;
}

} // namespace pagelab::kernel
