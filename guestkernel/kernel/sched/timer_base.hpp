// Timers by time of expiry: one list, sorted, the next to expire first.
//
// Time is counted in jiffies, which may wrap: of two times less than half of all values apart, the
// later is the one whose difference to the other is positive. To start a timer takes a walk over
// those that expire before it (a kernel of this size has few); to expire one, a look at the first.
// Pure functions on memory of the caller's, who holds the base's lock.
//
// Source: Linux 6.1 include/linux/timer.h, jiffies.h (time_after); its wheel is another structure.
#pragma once

#include "guestkernel/lib/list.hpp"
#include "guestkernel/lib/spinlock.hpp"

namespace pagelab::kernel {

struct timer_list {
    lib::list_head entry; // next is null: not started
    unsigned long expires;
    void (*function)(timer_list& timer);
    unsigned flags; // the CPU whose base it is on, or was last
};

struct timer_base {
    lib::spinlock_t lock;
    lib::list_head timers;
    timer_list* running_timer; // whose function runs
    bool tick_is_stopped;      // its CPU is idle, and had no timers
};

inline bool time_after_eq(unsigned long a, unsigned long b)
{
    return static_cast<long>(a - b) >= 0;
}
inline bool time_after(unsigned long a, unsigned long b)
{
    return static_cast<long>(b - a) < 0;
}

inline bool timer_pending(timer_list const& timer)
{
    return timer.entry.next != nullptr;
}

void timer_base_init(timer_base& base);

// Not pending; `expires` is set. Timers of one time expire in the order they were started in.
void enqueue_timer(timer_base& base, timer_list& timer);

void detach_timer(timer_list& timer); // pending

// The first timer whose time has come, no longer pending; null: none.
timer_list* next_expired(timer_base& base, unsigned long now);

// Whether next_expired() would find one.
bool has_expired(timer_base const& base, unsigned long now);

} // namespace pagelab::kernel
