// Memory barriers; x86 reorders only a store with a later load. Source: Linux 6.1
// arch/x86/include/asm/barrier.h.
#pragma once

#include <linux/compiler.h>

#ifdef __x86_64__
#define __MEMORY_FENCE(instruction) __asm__ __volatile__(instruction : : : "memory")
#define mb() __MEMORY_FENCE("mfence")
#define rmb() __MEMORY_FENCE("lfence")
#define wmb() __MEMORY_FENCE("sfence")
#define smp_mb() __asm__ __volatile__("lock; addl $0, -4(%%rsp)" : : : "memory", "cc")
#else
#define mb() __asm__ __volatile__("lock; addl $0, -4(%%esp)" : : : "memory", "cc")
#define rmb() mb()
#define wmb() mb()
#define smp_mb() mb()
#endif
#define smp_rmb() barrier()
#define smp_wmb() barrier()
#define smp_mb__before_atomic() barrier()
#define smp_mb__after_atomic() barrier()
#define smp_store_mb(variable, value)                                                              \
    do {                                                                                           \
        WRITE_ONCE(variable, value);                                                               \
        smp_mb();                                                                                  \
    } while (0)
#define smp_store_release(pointer, value)                                                          \
    do {                                                                                           \
        barrier();                                                                                 \
        WRITE_ONCE(*(pointer), value);                                                             \
    } while (0)
#define smp_load_acquire(pointer)                                                                  \
    ({                                                                                             \
        __typeof__(*(pointer)) __loaded = READ_ONCE(*(pointer));                                   \
        barrier();                                                                                 \
        __loaded;                                                                                  \
    })
