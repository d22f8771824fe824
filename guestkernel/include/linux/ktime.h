// Time in nanoseconds since boot. Source: Linux 6.1 include/linux/ktime.h, timekeeping.h.
#pragma once

#include <linux/jiffies.h>
#include <linux/math64.h>

__BEGIN_DECLS
ktime_t ktime_get(void);
__END_DECLS

#define ktime_get_ns() ((u64)ktime_get())
#define ktime_get_boottime_ns() ktime_get_ns()
#define ktime_add(a, b) ((a) + (b))
#define ktime_sub(a, b) ((a) - (b))
#define ktime_add_ns(a, nanoseconds) ((a) + (nanoseconds))
#define ktime_to_ns(time) ((s64)(time))
#define ns_to_ktime(nanoseconds) ((ktime_t)(nanoseconds))
#define ms_to_ktime(milliseconds) ((ktime_t)(milliseconds)*NSEC_PER_MSEC)

static inline ktime_t ktime_set(s64 seconds, unsigned long nanoseconds)
{
    return seconds * NSEC_PER_SEC + (s64)nanoseconds;
}

static inline s64 ktime_to_us(ktime_t time)
{
    return div_s64(time, NSEC_PER_USEC);
}

static inline s64 ktime_to_ms(ktime_t time)
{
    return div_s64(time, NSEC_PER_MSEC);
}

static inline s64 ktime_us_delta(ktime_t later, ktime_t earlier)
{
    return ktime_to_us(later - earlier);
}

static inline s64 ktime_ms_delta(ktime_t later, ktime_t earlier)
{
    return ktime_to_ms(later - earlier);
}

static inline int ktime_compare(ktime_t a, ktime_t b)
{
    return a < b ? -1 : a > b;
}

static inline struct timespec64 ktime_to_timespec64(ktime_t time)
{
    u32 nanoseconds;
    struct timespec64 parts;
    parts.tv_sec = (time64_t)div_u64_rem((u64)time, NSEC_PER_SEC, &nanoseconds);
    parts.tv_nsec = (long)nanoseconds;
    return parts;
}

static inline void ktime_get_ts64(struct timespec64* time)
{
    *time = ktime_to_timespec64(ktime_get());
}
