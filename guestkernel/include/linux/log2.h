// Powers of two. Source: Linux 6.1 include/linux/log2.h.
#pragma once

#include <linux/bitops.h>

#define ilog2(n) (fls64(n) - 1)

static inline __attribute_const__ bool is_power_of_2(unsigned long n)
{
    return n != 0 && (n & (n - 1)) == 0;
}

static inline __attribute_const__ unsigned long roundup_pow_of_two(unsigned long n)
{
    return 1UL << (fls64(n - 1));
}

static inline __attribute_const__ unsigned long rounddown_pow_of_two(unsigned long n)
{
    return 1UL << __fls(n);
}

#define order_base_2(n) ((n) > 1 ? ilog2((n)-1) + 1 : 0)
