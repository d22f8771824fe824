// Rounding and division. Source: Linux 6.1 include/linux/math.h, align.h.
#pragma once

#include <linux/types.h>

#define __round_mask(x, y) ((__typeof__(x))((y)-1))
#define round_up(x, y) ((((x)-1) | __round_mask(x, y)) + 1)
#define round_down(x, y) ((x) & ~__round_mask(x, y))
#define roundup(x, y)                                                                              \
    ({                                                                                             \
        __typeof__(y) const __unit = (y);                                                          \
        (((x) + (__unit - 1)) / __unit) * __unit;                                                  \
    })
#define rounddown(x, y)                                                                            \
    ({                                                                                             \
        __typeof__(x) const __value = (x);                                                         \
        __value - (__value % (y));                                                                 \
    })
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
#define DIV_ROUND_DOWN_ULL(n, d) ((unsigned long long)(n) / (d))
#define DIV_ROUND_UP_ULL(n, d) DIV_ROUND_DOWN_ULL((unsigned long long)(n) + (d)-1, (d))
#define DIV_ROUND_CLOSEST(x, divisor)                                                              \
    ({                                                                                             \
        __typeof__(x) const __x = (x);                                                             \
        __typeof__(divisor) const __d = (divisor);                                                 \
        (((__typeof__(x))-1) > 0 || ((__typeof__(divisor))-1) > 0 || ((__x > 0) == (__d > 0)))     \
            ? (__x + __d / 2) / __d                                                                \
            : (__x - __d / 2) / __d;                                                               \
    })
#define abs(x)                                                                                     \
    ({                                                                                             \
        __typeof__(x) const __signed = (x);                                                        \
        __signed < 0 ? -__signed : __signed;                                                       \
    })

#define ALIGN(x, a) (((x) + ((__typeof__(x))(a)-1)) & ~((__typeof__(x))(a)-1))
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a)-1))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a)-1)) == 0)
#define PTR_ALIGN(p, a) ((__typeof__(p))ALIGN((unsigned long)(p), (a)))
#define PTR_ALIGN_DOWN(p, a) ((__typeof__(p))ALIGN_DOWN((unsigned long)(p), (a)))
