// Locks that are waited for by spinning: whoever holds one can be neither preempted nor asleep.
//
//   unsigned long flags;
//   spin_lock_irqsave(zone.lock, flags);
//   ...
//   spin_unlock_irqrestore(zone.lock, flags);
//
// A lock that interrupt handlers take, too, is taken with interrupts off everywhere. All bytes 0
// is an unlocked lock. The word names the holder, so that waiting for oneself is noticed (always)
// and unlocking what another holds (on the host): spin_bug() is told. No order among the waiters.
//
// Source: Linux 6.1 include/linux/spinlock_api_smp.h (the order of steps), kernel/locking/
// spinlock_debug.c.
#pragma once

#include <stdint.h>

#include "guestkernel/lib/irqflags.hpp"
#include "guestkernel/lib/preempt.hpp"

namespace pagelab::lib {

struct spinlock_t {
    uint32_t holder; // 1 + the number of the CPU; 0: unlocked
};
static_assert(sizeof(spinlock_t) == 4);

// `what`: "recursion" or "wrong CPU". The library's own, which stops with a trap, is weak.
extern "C" void spin_bug(spinlock_t& lock, char const* what);

// Between two looks at what another CPU will change.
void cpu_relax();

// Of a lock that was found held.
void spin_lock_slowpath(spinlock_t& lock);

inline uint32_t spin_holder_here()
{
#if __STDC_HOSTED__
    return cpu_number + 1; // a test sets no more than this
#else
    return this_cpu_read(spin_holder);
#endif
}

inline bool spin_is_locked(spinlock_t const& lock)
{
    return __atomic_load_n(&lock.holder, __ATOMIC_RELAXED) != 0;
}

// By this CPU.
inline bool spin_is_held(spinlock_t const& lock)
{
    return __atomic_load_n(&lock.holder, __ATOMIC_RELAXED) == spin_holder_here();
}

// The raw_ functions leave preemption as it is: it must be off.
inline bool raw_spin_trylock(spinlock_t& lock)
{
    uint32_t unlocked = 0;
    return __atomic_compare_exchange_n(&lock.holder, &unlocked, spin_holder_here(), false,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

inline void raw_spin_lock(spinlock_t& lock)
{
    if (!raw_spin_trylock(lock)) [[unlikely]]
        spin_lock_slowpath(lock);
}

inline void raw_spin_unlock(spinlock_t& lock)
{
#if __STDC_HOSTED__
    if (!spin_is_held(lock))
        spin_bug(lock, "wrong CPU");
#endif
    __atomic_store_n(&lock.holder, 0, __ATOMIC_RELEASE);
}

inline void spin_lock(spinlock_t& lock)
{
    preempt_disable();
    raw_spin_lock(lock);
}

// Whether it is ours now.
[[nodiscard]] inline bool spin_trylock(spinlock_t& lock)
{
    preempt_disable();
    if (raw_spin_trylock(lock))
        return true;
    preempt_enable();
    return false;
}

inline void spin_unlock(spinlock_t& lock)
{
    raw_spin_unlock(lock);
    preempt_enable();
}

// With interrupts off nothing preempts: for sections that wake nobody up, which is when
// spin_unlock_irqrestore() would have to look for a better thread.
inline void raw_spin_lock_irqsave(spinlock_t& lock, unsigned long& flags)
{
    local_irq_save(flags);
    raw_spin_lock(lock);
}

inline void raw_spin_unlock_irqrestore(spinlock_t& lock, unsigned long flags)
{
    raw_spin_unlock(lock);
    local_irq_restore(flags);
}

inline void spin_lock_irq(spinlock_t& lock)
{
    local_irq_disable();
    spin_lock(lock);
}

inline void spin_unlock_irq(spinlock_t& lock)
{
    raw_spin_unlock(lock);
    local_irq_enable();
    preempt_enable();
}

// `flags`: what spin_unlock_irqrestore() wants.
inline void spin_lock_irqsave(spinlock_t& lock, unsigned long& flags)
{
    local_irq_save(flags);
    spin_lock(lock);
}

[[nodiscard]] inline bool spin_trylock_irqsave(spinlock_t& lock, unsigned long& flags)
{
    local_irq_save(flags);
    if (spin_trylock(lock))
        return true;
    local_irq_restore(flags);
    return false;
}

inline void spin_unlock_irqrestore(spinlock_t& lock, unsigned long flags)
{
    raw_spin_unlock(lock);
    local_irq_restore(flags);
    preempt_enable();
}

} // namespace pagelab::lib
