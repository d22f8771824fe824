// Locks that many may hold to read, or one to write; waited for by spinning.
//
// All bytes 0 is an unlocked lock. Readers come in as long as no writer is in, so an interrupt
// handler may read what the interrupted code reads; writers may have to wait long. Source: Linux
// 6.1 include/linux/rwlock_api_smp.h, include/asm-generic/qrwlock_types.h (_QW_LOCKED).
#pragma once

#include "guestkernel/lib/spinlock.hpp"

namespace pagelab::lib {

struct rwlock_t {
    uint32_t cnts; // readers, or kWriter
};
static_assert(sizeof(rwlock_t) == 4);

inline constexpr uint32_t kWriter = ~0u;

// Preemption is off.
inline bool raw_read_trylock(rwlock_t& lock)
{
    uint32_t readers = __atomic_load_n(&lock.cnts, __ATOMIC_RELAXED);
    return readers != kWriter &&
           __atomic_compare_exchange_n(&lock.cnts, &readers, readers + 1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

inline bool raw_write_trylock(rwlock_t& lock)
{
    uint32_t nobody = 0;
    return __atomic_compare_exchange_n(&lock.cnts, &nobody, kWriter, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

inline void read_lock(rwlock_t& lock)
{
    preempt_disable();
    while (!raw_read_trylock(lock))
        cpu_relax();
}

// False: a writer is in, or another reader came at the same time.
[[nodiscard]] inline bool read_trylock(rwlock_t& lock)
{
    preempt_disable();
    if (raw_read_trylock(lock))
        return true;
    preempt_enable();
    return false;
}

inline void read_unlock(rwlock_t& lock)
{
    __atomic_fetch_sub(&lock.cnts, 1, __ATOMIC_RELEASE);
    preempt_enable();
}

inline void write_lock(rwlock_t& lock)
{
    preempt_disable();
    while (!raw_write_trylock(lock))
        cpu_relax();
}

[[nodiscard]] inline bool write_trylock(rwlock_t& lock)
{
    preempt_disable();
    if (raw_write_trylock(lock))
        return true;
    preempt_enable();
    return false;
}

inline void write_unlock(rwlock_t& lock)
{
    __atomic_store_n(&lock.cnts, 0, __ATOMIC_RELEASE);
    preempt_enable();
}

} // namespace pagelab::lib
