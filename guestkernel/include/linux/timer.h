// Timers: functions called in an interrupt when their time, in jiffies, has come.
//
// Source: Linux 6.1 include/linux/timer.h; the layout is guestkernel/kernel/sched/timer_base.hpp's.
#pragma once

#include <linux/jiffies.h>
#include <linux/list.h>

struct timer_list {
    struct list_head entry; // next is null: not started
    unsigned long expires;
    void (*function)(struct timer_list* timer);
    u32 flags;
};

__BEGIN_DECLS
void init_timer_key(struct timer_list* timer, void (*function)(struct timer_list*),
                    unsigned int flags, char const* name, void* key);
int mod_timer(struct timer_list* timer, unsigned long expires);
void add_timer(struct timer_list* timer);
int del_timer(struct timer_list* timer);
int del_timer_sync(struct timer_list* timer);
__END_DECLS

// clang-format off
#define __TIMER_INITIALIZER(function_, flags_) {{NULL, NULL}, 0, (function_), (flags_)}
// clang-format on
#define DEFINE_TIMER(name, function) struct timer_list name = __TIMER_INITIALIZER(function, 0)
#define timer_setup(timer, function, flags)                                                        \
    init_timer_key((timer), (function), (flags), #timer, NULL)
#define from_timer(variable, timer, member) container_of(timer, __typeof__(*variable), member)
#define timer_delete del_timer
#define timer_delete_sync del_timer_sync

static inline int timer_pending(struct timer_list const* timer)
{
    return timer->entry.next != NULL;
}
