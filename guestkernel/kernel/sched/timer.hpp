// Time: ticks, timers that call a function when theirs has come, and sleeping.
//
//   timer_list timer;
//   timer_setup(timer, [](timer_list& t) { ... });
//   mod_timer(timer, jiffies + HZ / 2);
//
// A timer's function runs at the end of a timer interrupt with interrupts on, at softirq level: it
// must not sleep. It runs on the CPU where timer_setup() was called.
// Source: Linux 6.1 kernel/time/timer.c, include/linux/timer.h, jiffies.h.
#pragma once

#include <stdint.h>

#include "guestkernel/arch/x86/delay.hpp"
#include "guestkernel/arch/x86/pit.hpp"
#include "guestkernel/kernel/sched/timer_base.hpp"

extern "C" unsigned long volatile jiffies; // ticks since boot

namespace pagelab::kernel {

inline constexpr unsigned HZ = arch::kHz;

void timer_setup(timer_list& timer, void (*function)(timer_list& timer), unsigned flags);

// Start it, or change when it expires. Whether it was pending.
bool mod_timer(timer_list& timer, unsigned long expires);
void add_timer(timer_list& timer);      // at timer.expires
bool del_timer(timer_list& timer);      // whether it was pending
bool del_timer_sync(timer_list& timer); // its function does not run any more; not from itself

// Each CPU's timer interrupt; CPU 0's counts jiffies. Then run_timers() when the interrupt is over.
void tick_periodic();
void run_timers();

// A CPU that goes idle without timers needs no tick, but CPU 0, which counts jiffies; one that has
// a task to run does. Interrupts are off for the first. Source: Linux 6.1 kernel/time/tick-sched.c.
void tick_nohz_idle_enter();
void tick_nohz_idle_exit();

unsigned long msecs_to_jiffies(unsigned milliseconds); // rounded up
unsigned jiffies_to_msecs(unsigned long ticks);

// Sleep at least that long; the tick under way does not count, as on Linux.
void msleep(unsigned milliseconds);
unsigned long msleep_interruptible(unsigned milliseconds); // what was left when woken
void usleep_range(unsigned long min_us, unsigned long max_us);

// Busy-wait, by the time stamp counter. Anywhere.
void ndelay(unsigned long nanoseconds);
using arch::udelay;
void mdelay(unsigned long milliseconds);

uint64_t ktime_get_ns(); // since boot

} // namespace pagelab::kernel
