// Timers in nanoseconds, which fire at the tick that follows, as Linux' without high resolution.
//
// Source: Linux 6.1 include/linux/hrtimer.h.
#pragma once

#include <linux/ktime.h>
#include <linux/timer.h>

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_BOOTTIME 7

enum hrtimer_mode {
    HRTIMER_MODE_ABS = 0x00,
    HRTIMER_MODE_REL = 0x01,
    HRTIMER_MODE_PINNED = 0x02,
    HRTIMER_MODE_SOFT = 0x04,
    HRTIMER_MODE_ABS_PINNED = HRTIMER_MODE_ABS | HRTIMER_MODE_PINNED,
    HRTIMER_MODE_REL_PINNED = HRTIMER_MODE_REL | HRTIMER_MODE_PINNED,
    HRTIMER_MODE_ABS_SOFT = HRTIMER_MODE_ABS | HRTIMER_MODE_SOFT,
    HRTIMER_MODE_REL_SOFT = HRTIMER_MODE_REL | HRTIMER_MODE_SOFT,
};

enum hrtimer_restart {
    HRTIMER_NORESTART,
    HRTIMER_RESTART, // it has a new time, by hrtimer_forward
};

struct hrtimer {
    struct timer_list timer;
    ktime_t expires;
    enum hrtimer_restart (*function)(struct hrtimer* timer);
};

__BEGIN_DECLS
void hrtimer_init(struct hrtimer* timer, int clock, enum hrtimer_mode mode);
void hrtimer_start(struct hrtimer* timer, ktime_t time, enum hrtimer_mode mode);
int hrtimer_cancel(struct hrtimer* timer);
int hrtimer_try_to_cancel(struct hrtimer* timer);
u64 hrtimer_forward(struct hrtimer* timer, ktime_t now, ktime_t interval);
bool hrtimer_active(struct hrtimer const* timer);
__END_DECLS

#define hrtimer_forward_now(timer, interval) hrtimer_forward(timer, ktime_get(), interval)
#define hrtimer_cb_get_time(timer) ktime_get()
#define hrtimer_get_expires(timer) ((timer)->expires)
#define hrtimer_is_queued(timer) timer_pending(&(timer)->timer)

static inline ktime_t hrtimer_get_remaining(struct hrtimer const* timer)
{
    return timer->expires - ktime_get();
}
