// Time in ticks, 250 a second, since boot. Source: Linux 6.1 include/linux/jiffies.h.
#pragma once

#include <linux/limits.h>
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/param.h>
#include <linux/time64.h>
#include <linux/types.h>

__BEGIN_DECLS
extern unsigned long volatile jiffies;
unsigned long __msecs_to_jiffies(unsigned int milliseconds);
unsigned int jiffies_to_msecs(unsigned long ticks);
__END_DECLS

#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b) time_after_eq(b, a)
#define time_in_range(a, b, c) (time_after_eq(a, b) && time_before_eq(a, c))
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a) time_before(jiffies, a)
#define MAX_JIFFY_OFFSET ((LONG_MAX >> 1) - 1)

#define msecs_to_jiffies(milliseconds) __msecs_to_jiffies(milliseconds)
#define secs_to_jiffies(seconds) ((seconds)*HZ)

static inline unsigned long usecs_to_jiffies(unsigned int microseconds)
{
    return DIV_ROUND_UP(microseconds, USEC_PER_SEC / HZ);
}

static inline unsigned int jiffies_to_usecs(unsigned long ticks)
{
    return (unsigned int)(ticks * (USEC_PER_SEC / HZ));
}
