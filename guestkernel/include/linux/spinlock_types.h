// spinlock_t: all bytes 0 is an unlocked lock. Source: Linux 6.1 include/linux/spinlock_types.h;
// the layout is that of guestkernel/lib/spinlock.hpp.
#pragma once

#include <linux/types.h>

typedef struct raw_spinlock {
    u32 holder; // 1 + the number of the CPU that has it
} raw_spinlock_t;

typedef raw_spinlock_t spinlock_t;

// clang-format off
#define __RAW_SPIN_LOCK_UNLOCKED(name) {0}
#define __SPIN_LOCK_UNLOCKED(name) {0}
// clang-format on
#define DEFINE_RAW_SPINLOCK(name) raw_spinlock_t name = __RAW_SPIN_LOCK_UNLOCKED(name)
#define DEFINE_SPINLOCK(name) spinlock_t name = __SPIN_LOCK_UNLOCKED(name)
