// Tasklets and timers in nanoseconds, as modules have them: timers (../sched/timer.hpp) underneath.
//
// Source: Linux 6.1 include/linux/interrupt.h, include/linux/hrtimer.h.
#pragma once

#include <stdint.h>

#include "guestkernel/kernel/sched/timer.hpp"

namespace pagelab::kernel {

struct tasklet_struct {
    unsigned long state;
    int count;
    bool use_callback;
    union {
        void (*func)(unsigned long data);
        void (*callback)(tasklet_struct* tasklet);
    };
    unsigned long data;
    timer_list timer;
};

enum hrtimer_restart : unsigned { HRTIMER_NORESTART, HRTIMER_RESTART };

struct hrtimer {
    timer_list timer;
    int64_t expires; // ns
    hrtimer_restart (*function)(hrtimer* timer);
};

} // namespace pagelab::kernel
