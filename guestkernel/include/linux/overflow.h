// Arithmetic that notices when a result does not fit. Source: Linux 6.1 include/linux/overflow.h.
#pragma once

#include <linux/limits.h>
#include <linux/types.h>

#define check_add_overflow(a, b, result) __builtin_add_overflow(a, b, result)
#define check_sub_overflow(a, b, result) __builtin_sub_overflow(a, b, result)
#define check_mul_overflow(a, b, result) __builtin_mul_overflow(a, b, result)

static inline size_t __must_check size_mul(size_t factor1, size_t factor2)
{
    size_t bytes;
    return check_mul_overflow(factor1, factor2, &bytes) ? SIZE_MAX : bytes;
}

static inline size_t __must_check size_add(size_t addend1, size_t addend2)
{
    size_t bytes;
    return check_add_overflow(addend1, addend2, &bytes) ? SIZE_MAX : bytes;
}

#define array_size(a, b) size_mul(a, b)
#define array3_size(a, b, c) size_mul(size_mul(a, b), c)
#define flex_array_size(pointer, member, count) size_mul(count, sizeof(*(pointer)->member))
#define struct_size(pointer, member, count)                                                        \
    size_add(sizeof(*(pointer)), flex_array_size(pointer, member, count))
