// Locks that are waited for by spinning: whoever holds one can be neither preempted nor asleep.
//
// Source: Linux 6.1 include/linux/spinlock.h, spinlock_api_smp.h.
#pragma once

#include <linux/bottom_half.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/spinlock_types.h>

__BEGIN_DECLS
void _raw_spin_lock(raw_spinlock_t* lock);
int _raw_spin_trylock(raw_spinlock_t* lock);
void _raw_spin_unlock(raw_spinlock_t* lock);
void _raw_spin_lock_irq(raw_spinlock_t* lock);
void _raw_spin_unlock_irq(raw_spinlock_t* lock);
unsigned long _raw_spin_lock_irqsave(raw_spinlock_t* lock);
void _raw_spin_unlock_irqrestore(raw_spinlock_t* lock, unsigned long flags);
__END_DECLS

#define raw_spin_lock_init(lock) ((void)((lock)->holder = 0))
#define raw_spin_lock(lock) _raw_spin_lock(lock)
#define raw_spin_trylock(lock) _raw_spin_trylock(lock)
#define raw_spin_unlock(lock) _raw_spin_unlock(lock)
#define raw_spin_lock_irq(lock) _raw_spin_lock_irq(lock)
#define raw_spin_unlock_irq(lock) _raw_spin_unlock_irq(lock)
#define raw_spin_lock_irqsave(lock, flags) ((void)((flags) = _raw_spin_lock_irqsave(lock)))
#define raw_spin_unlock_irqrestore(lock, flags) _raw_spin_unlock_irqrestore(lock, flags)
#define raw_spin_lock_bh(lock)                                                                     \
    do {                                                                                           \
        local_bh_disable();                                                                        \
        _raw_spin_lock(lock);                                                                      \
    } while (0)
#define raw_spin_unlock_bh(lock)                                                                   \
    do {                                                                                           \
        _raw_spin_unlock(lock);                                                                    \
        local_bh_enable();                                                                         \
    } while (0)
#define raw_spin_is_locked(lock) (READ_ONCE((lock)->holder) != 0)

#define spin_lock_init raw_spin_lock_init
#define spin_lock raw_spin_lock
#define spin_trylock raw_spin_trylock
#define spin_unlock raw_spin_unlock
#define spin_lock_irq raw_spin_lock_irq
#define spin_unlock_irq raw_spin_unlock_irq
#define spin_lock_irqsave raw_spin_lock_irqsave
#define spin_unlock_irqrestore raw_spin_unlock_irqrestore
#define spin_lock_bh raw_spin_lock_bh
#define spin_unlock_bh raw_spin_unlock_bh
#define spin_is_locked raw_spin_is_locked
#define assert_spin_locked(lock) ((void)(lock))

#include <linux/rwlock.h>
