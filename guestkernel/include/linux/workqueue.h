// Work for later, by threads called kworker. Source: Linux 6.1 include/linux/workqueue.h; the
// layout is that of guestkernel/kernel/sched/workqueue.hpp.
#pragma once

#include <linux/atomic.h>
#include <linux/threads.h>
#include <linux/timer.h>

struct work_struct;
struct workqueue_struct;
typedef void (*work_func_t)(struct work_struct* work);

struct work_struct {
    atomic_long_t data;
    struct list_head entry;
    work_func_t func;
};

struct delayed_work {
    struct work_struct work;
    struct timer_list timer;
    struct workqueue_struct* wq;
};

#define WORK_STRUCT_PENDING 1
#define WQ_UNBOUND (1 << 1)
#define WQ_FREEZABLE (1 << 2)
#define WQ_MEM_RECLAIM (1 << 3)
#define WQ_HIGHPRI (1 << 4)
#define WQ_CPU_INTENSIVE (1 << 5)
#define __WQ_ORDERED (1 << 17)
#define WORK_CPU_UNBOUND NR_CPUS

__BEGIN_DECLS
extern struct workqueue_struct* const system_wq;
void delayed_work_timer_fn(struct timer_list* timer);
bool queue_work_on(int cpu, struct workqueue_struct* queue, struct work_struct* work);
bool queue_delayed_work_on(int cpu, struct workqueue_struct* queue, struct delayed_work* work,
                           unsigned long delay);
bool mod_delayed_work_on(int cpu, struct workqueue_struct* queue, struct delayed_work* work,
                         unsigned long delay);
bool flush_work(struct work_struct* work);
bool flush_delayed_work(struct delayed_work* work);
bool cancel_work_sync(struct work_struct* work);
bool cancel_delayed_work(struct delayed_work* work);
bool cancel_delayed_work_sync(struct delayed_work* work);
void __flush_workqueue(struct workqueue_struct* queue);
struct workqueue_struct* __printf(1, 4)
    alloc_workqueue(char const* format, unsigned int flags, int max_active, ...);
void destroy_workqueue(struct workqueue_struct* queue);
__END_DECLS

// clang-format off
#define __WORK_INITIALIZER(name, function) \
    {ATOMIC_LONG_INIT(0), {&(name).entry, &(name).entry}, (function)}
#define __DELAYED_WORK_INITIALIZER(name, function) \
    {__WORK_INITIALIZER((name).work, function), \
     __TIMER_INITIALIZER(delayed_work_timer_fn, 0), NULL}
// clang-format on
#define DECLARE_WORK(name, function) struct work_struct name = __WORK_INITIALIZER(name, function)
#define DECLARE_DELAYED_WORK(name, function)                                                       \
    struct delayed_work name = __DELAYED_WORK_INITIALIZER(name, function)
#define INIT_WORK(work, function)                                                                  \
    do {                                                                                           \
        struct work_struct* __work = (work);                                                       \
        atomic_long_set(&__work->data, 0);                                                         \
        INIT_LIST_HEAD(&__work->entry);                                                            \
        __work->func = (function);                                                                 \
    } while (0)
#define INIT_DELAYED_WORK(delayed, function)                                                       \
    do {                                                                                           \
        INIT_WORK(&(delayed)->work, (function));                                                   \
        timer_setup(&(delayed)->timer, delayed_work_timer_fn, 0);                                  \
        (delayed)->wq = NULL;                                                                      \
    } while (0)
#define work_pending(work) ((atomic_long_read(&(work)->data) & WORK_STRUCT_PENDING) != 0)
#define delayed_work_pending(delayed)                                                              \
    (work_pending(&(delayed)->work) || timer_pending(&(delayed)->timer))
#define create_workqueue(name) alloc_workqueue("%s", WQ_MEM_RECLAIM, 1, (name))
#define create_singlethread_workqueue(name)                                                        \
    alloc_workqueue("%s", WQ_UNBOUND | __WQ_ORDERED | WQ_MEM_RECLAIM, 1, (name))
#define alloc_ordered_workqueue(format, flags, ...)                                                \
    alloc_workqueue(format, WQ_UNBOUND | __WQ_ORDERED | (flags), 1, ##__VA_ARGS__)
#define flush_workqueue(queue) __flush_workqueue(queue)
#define flush_scheduled_work() __flush_workqueue(system_wq)

static inline struct delayed_work* to_delayed_work(struct work_struct* work)
{
    return container_of(work, struct delayed_work, work);
}

static inline bool queue_work(struct workqueue_struct* queue, struct work_struct* work)
{
    return queue_work_on(WORK_CPU_UNBOUND, queue, work);
}

static inline bool queue_delayed_work(struct workqueue_struct* queue, struct delayed_work* work,
                                      unsigned long delay)
{
    return queue_delayed_work_on(WORK_CPU_UNBOUND, queue, work, delay);
}

static inline bool mod_delayed_work(struct workqueue_struct* queue, struct delayed_work* work,
                                    unsigned long delay)
{
    return mod_delayed_work_on(WORK_CPU_UNBOUND, queue, work, delay);
}

static inline bool schedule_work_on(int cpu, struct work_struct* work)
{
    return queue_work_on(cpu, system_wq, work);
}

static inline bool schedule_work(struct work_struct* work)
{
    return queue_work(system_wq, work);
}

static inline bool schedule_delayed_work(struct delayed_work* work, unsigned long delay)
{
    return queue_delayed_work(system_wq, work, delay);
}
