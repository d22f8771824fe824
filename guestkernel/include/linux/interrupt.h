// Tasklets: functions that run once, soon, on the CPU that asks, as timers do, at the next tick.
// Lines of interrupt cannot be requested: there are no devices for modules. Source: Linux 6.1
// include/linux/interrupt.h.
#pragma once

#include <linux/atomic.h>
#include <linux/bottom_half.h>
#include <linux/irqflags.h>
#include <linux/timer.h>

struct tasklet_struct {
    unsigned long state;
    atomic_t count; // 0: enabled
    bool use_callback;
    union {
        void (*func)(unsigned long data);
        void (*callback)(struct tasklet_struct* tasklet);
    };
    unsigned long data;
    struct timer_list timer; // pending: the tasklet is scheduled
};

// clang-format off
#define __TASKLET_INITIALIZER(name, count_, function) \
    {.count = ATOMIC_INIT(count_), .use_callback = true, .callback = (function), \
     .timer = __TIMER_INITIALIZER(__tasklet_action, 0)}
// clang-format on
#define DECLARE_TASKLET(name, function)                                                            \
    struct tasklet_struct name = __TASKLET_INITIALIZER(name, 0, function)
#define DECLARE_TASKLET_DISABLED(name, function)                                                   \
    struct tasklet_struct name = __TASKLET_INITIALIZER(name, 1, function)
#define from_tasklet(variable, tasklet, member) container_of(tasklet, __typeof__(*variable), member)

__BEGIN_DECLS
void __tasklet_action(struct timer_list* timer);
void tasklet_init(struct tasklet_struct* tasklet, void (*function)(unsigned long),
                  unsigned long data);
void tasklet_setup(struct tasklet_struct* tasklet, void (*callback)(struct tasklet_struct*));
void __tasklet_schedule(struct tasklet_struct* tasklet);
void tasklet_kill(struct tasklet_struct* tasklet);
__END_DECLS

#define tasklet_schedule(tasklet) __tasklet_schedule(tasklet)
#define tasklet_hi_schedule(tasklet) __tasklet_schedule(tasklet)
#define tasklet_disable(tasklet) atomic_inc(&(tasklet)->count)
#define tasklet_enable(tasklet) atomic_dec(&(tasklet)->count)
