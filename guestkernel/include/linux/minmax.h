// min, max, clamp, swap: arguments are evaluated once and must be of one type.
//
// Source: Linux 6.1 include/linux/minmax.h.
#pragma once

#include <linux/compiler.h>

#define __compare_once(x, y, x_name, y_name, op)                                                   \
    ({                                                                                             \
        __typeof__(x) x_name = (x);                                                                \
        __typeof__(y) y_name = (y);                                                                \
        (void)(&x_name == &y_name);                                                                \
        x_name op y_name ? x_name : y_name;                                                        \
    })
#define min(x, y) __compare_once(x, y, __UNIQUE_ID(left), __UNIQUE_ID(right), <)
#define max(x, y) __compare_once(x, y, __UNIQUE_ID(left), __UNIQUE_ID(right), >)
#define min_t(type, x, y) min((type)(x), (type)(y))
#define max_t(type, x, y) max((type)(x), (type)(y))
#define min3(x, y, z) min((__typeof__(x))min(x, y), z)
#define max3(x, y, z) max((__typeof__(x))max(x, y), z)
#define clamp(value, low, high) min((__typeof__(value))max(value, low), high)
#define clamp_t(type, value, low, high) min_t(type, max_t(type, value, low), high)
#define clamp_val(value, low, high) clamp_t(__typeof__(value), value, low, high)
#define min_not_zero(x, y)                                                                         \
    ({                                                                                             \
        __typeof__(x) __first = (x);                                                               \
        __typeof__(y) __second = (y);                                                              \
        __first == 0 ? __second : (__second == 0 ? __first : min(__first, __second));              \
    })
#define swap(a, b)                                                                                 \
    do {                                                                                           \
        __typeof__(a) __kept = (a);                                                                \
        (a) = (b);                                                                                 \
        (b) = __kept;                                                                              \
    } while (0)
