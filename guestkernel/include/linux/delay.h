// Sleeping, and waiting in a loop. Source: Linux 6.1 include/linux/delay.h.
#pragma once

#include <linux/jiffies.h>

__BEGIN_DECLS
void msleep(unsigned int milliseconds);
unsigned long msleep_interruptible(unsigned int milliseconds);
void usleep_range(unsigned long min_us, unsigned long max_us);
void __udelay(unsigned long microseconds);
void __ndelay(unsigned long nanoseconds);
__END_DECLS

#define udelay(microseconds) __udelay(microseconds)
#define ndelay(nanoseconds) __ndelay(nanoseconds)
#define mdelay(milliseconds) __udelay((unsigned long)(milliseconds)*1000)

static inline void ssleep(unsigned int seconds)
{
    msleep(seconds * 1000);
}

static inline void fsleep(unsigned long microseconds)
{
    if (microseconds <= 10)
        udelay(microseconds);
    else if (microseconds <= 20000)
        usleep_range(microseconds, 2 * microseconds);
    else
        msleep((unsigned int)DIV_ROUND_UP(microseconds, 1000));
}
