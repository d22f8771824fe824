// Integers that several CPUs change: each operation is one step for all of them.
//
// What returns a value is a full barrier. atomic_long_t is as wide as a pointer.
// Source: Linux 6.1 Documentation/atomic_t.txt, include/linux/atomic/atomic-instrumented.h.
#pragma once

#include <asm/barrier.h>
#include <linux/types.h>

// All operations on one type; `the_type` is that of the value.
#define __ATOMIC_FAMILY(prefix, the_struct, the_type)                                              \
    static __always_inline the_type prefix##_read(the_struct const* v)                             \
    {                                                                                              \
        return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);                                     \
    }                                                                                              \
    static __always_inline void prefix##_set(the_struct* v, the_type value)                        \
    {                                                                                              \
        __atomic_store_n(&v->counter, value, __ATOMIC_RELAXED);                                    \
    }                                                                                              \
    static __always_inline the_type prefix##_add_return(the_type value, the_struct* v)             \
    {                                                                                              \
        return __atomic_add_fetch(&v->counter, value, __ATOMIC_SEQ_CST);                           \
    }                                                                                              \
    static __always_inline the_type prefix##_sub_return(the_type value, the_struct* v)             \
    {                                                                                              \
        return __atomic_sub_fetch(&v->counter, value, __ATOMIC_SEQ_CST);                           \
    }                                                                                              \
    static __always_inline the_type prefix##_fetch_add(the_type value, the_struct* v)              \
    {                                                                                              \
        return __atomic_fetch_add(&v->counter, value, __ATOMIC_SEQ_CST);                           \
    }                                                                                              \
    static __always_inline the_type prefix##_fetch_sub(the_type value, the_struct* v)              \
    {                                                                                              \
        return __atomic_fetch_sub(&v->counter, value, __ATOMIC_SEQ_CST);                           \
    }                                                                                              \
    static __always_inline void prefix##_and(the_type value, the_struct* v)                        \
    {                                                                                              \
        __atomic_fetch_and(&v->counter, value, __ATOMIC_SEQ_CST);                                  \
    }                                                                                              \
    static __always_inline void prefix##_or(the_type value, the_struct* v)                         \
    {                                                                                              \
        __atomic_fetch_or(&v->counter, value, __ATOMIC_SEQ_CST);                                   \
    }                                                                                              \
    static __always_inline void prefix##_xor(the_type value, the_struct* v)                        \
    {                                                                                              \
        __atomic_fetch_xor(&v->counter, value, __ATOMIC_SEQ_CST);                                  \
    }                                                                                              \
    static __always_inline the_type prefix##_xchg(the_struct* v, the_type value)                   \
    {                                                                                              \
        return __atomic_exchange_n(&v->counter, value, __ATOMIC_SEQ_CST);                          \
    }                                                                                              \
    static __always_inline the_type prefix##_cmpxchg(the_struct* v, the_type old, the_type value)  \
    {                                                                                              \
        __atomic_compare_exchange_n(&v->counter, &old, value, 0, __ATOMIC_SEQ_CST,                 \
                                    __ATOMIC_SEQ_CST);                                             \
        return old;                                                                                \
    }                                                                                              \
    static __always_inline bool prefix##_try_cmpxchg(the_struct* v, the_type* old, the_type value) \
    {                                                                                              \
        return __atomic_compare_exchange_n(&v->counter, old, value, 0, __ATOMIC_SEQ_CST,           \
                                           __ATOMIC_SEQ_CST);                                      \
    }                                                                                              \
    static __always_inline void prefix##_add(the_type value, the_struct* v)                        \
    {                                                                                              \
        prefix##_add_return(value, v);                                                             \
    }                                                                                              \
    static __always_inline void prefix##_sub(the_type value, the_struct* v)                        \
    {                                                                                              \
        prefix##_sub_return(value, v);                                                             \
    }                                                                                              \
    static __always_inline void prefix##_inc(the_struct* v)                                        \
    {                                                                                              \
        prefix##_add_return(1, v);                                                                 \
    }                                                                                              \
    static __always_inline void prefix##_dec(the_struct* v)                                        \
    {                                                                                              \
        prefix##_sub_return(1, v);                                                                 \
    }                                                                                              \
    static __always_inline the_type prefix##_inc_return(the_struct* v)                             \
    {                                                                                              \
        return prefix##_add_return(1, v);                                                          \
    }                                                                                              \
    static __always_inline the_type prefix##_dec_return(the_struct* v)                             \
    {                                                                                              \
        return prefix##_sub_return(1, v);                                                          \
    }                                                                                              \
    static __always_inline the_type prefix##_fetch_inc(the_struct* v)                              \
    {                                                                                              \
        return prefix##_fetch_add(1, v);                                                           \
    }                                                                                              \
    static __always_inline the_type prefix##_fetch_dec(the_struct* v)                              \
    {                                                                                              \
        return prefix##_fetch_sub(1, v);                                                           \
    }                                                                                              \
    static __always_inline bool prefix##_sub_and_test(the_type value, the_struct* v)               \
    {                                                                                              \
        return prefix##_sub_return(value, v) == 0;                                                 \
    }                                                                                              \
    static __always_inline bool prefix##_dec_and_test(the_struct* v)                               \
    {                                                                                              \
        return prefix##_sub_return(1, v) == 0;                                                     \
    }                                                                                              \
    static __always_inline bool prefix##_inc_and_test(the_struct* v)                               \
    {                                                                                              \
        return prefix##_add_return(1, v) == 0;                                                     \
    }                                                                                              \
    static __always_inline bool prefix##_add_negative(the_type value, the_struct* v)               \
    {                                                                                              \
        return prefix##_add_return(value, v) < 0;                                                  \
    }                                                                                              \
    static __always_inline bool prefix##_add_unless(the_struct* v, the_type value,                 \
                                                    the_type not_at)                               \
    {                                                                                              \
        the_type old = prefix##_read(v);                                                           \
        while (old != not_at && !prefix##_try_cmpxchg(v, &old, old + value)) {                     \
        }                                                                                          \
        return old != not_at;                                                                      \
    }                                                                                              \
    static __always_inline bool prefix##_inc_not_zero(the_struct* v)                               \
    {                                                                                              \
        return prefix##_add_unless(v, 1, 0);                                                       \
    }

typedef struct {
    long counter;
} atomic_long_t;
#define ATOMIC_LONG_INIT(value) ATOMIC_INIT(value)

__ATOMIC_FAMILY(atomic, atomic_t, int)
__ATOMIC_FAMILY(atomic64, atomic64_t, s64)
__ATOMIC_FAMILY(atomic_long, atomic_long_t, long)
#undef __ATOMIC_FAMILY

#define xchg(pointer, value) __atomic_exchange_n((pointer), (value), __ATOMIC_SEQ_CST)
#define cmpxchg(pointer, old, value)                                                               \
    ({                                                                                             \
        __typeof__(*(pointer)) __old = (old);                                                      \
        __atomic_compare_exchange_n((pointer), &__old, (value), 0, __ATOMIC_SEQ_CST,               \
                                    __ATOMIC_SEQ_CST);                                             \
        __old;                                                                                     \
    })
