// Counts of users that neither wrap nor come back from 0. Source: Linux 6.1
// include/linux/refcount.h.
#pragma once

#include <linux/atomic.h>

typedef struct refcount_struct {
    atomic_t refs;
} refcount_t;

// clang-format off
#define REFCOUNT_INIT(n) {ATOMIC_INIT(n)}
// clang-format on

static inline void refcount_set(refcount_t* count, int n)
{
    atomic_set(&count->refs, n);
}

static inline unsigned int refcount_read(refcount_t const* count)
{
    return (unsigned int)atomic_read(&count->refs);
}

static inline void refcount_inc(refcount_t* count)
{
    atomic_inc_not_zero(&count->refs);
}

static inline bool __must_check refcount_inc_not_zero(refcount_t* count)
{
    return atomic_inc_not_zero(&count->refs);
}

static inline bool __must_check refcount_dec_and_test(refcount_t* count)
{
    return atomic_dec_and_test(&count->refs);
}
