// Spinning locks for many readers or one writer. Source: Linux 6.1 include/linux/rwlock.h,
// rwlock_types.h; the layout is that of guestkernel/lib/rwlock.hpp.
#pragma once

#include <linux/bottom_half.h>
#include <linux/irqflags.h>
#include <linux/types.h>

typedef struct {
    u32 cnts;
} rwlock_t;

// clang-format off
#define __RW_LOCK_UNLOCKED(name) {0}
// clang-format on
#define DEFINE_RWLOCK(name) rwlock_t name = __RW_LOCK_UNLOCKED(name)
#define rwlock_init(lock) ((void)((lock)->cnts = 0))

__BEGIN_DECLS
void _raw_read_lock(rwlock_t* lock);
int _raw_read_trylock(rwlock_t* lock);
void _raw_read_unlock(rwlock_t* lock);
void _raw_write_lock(rwlock_t* lock);
int _raw_write_trylock(rwlock_t* lock);
void _raw_write_unlock(rwlock_t* lock);
__END_DECLS

#define read_lock(lock) _raw_read_lock(lock)
#define read_trylock(lock) _raw_read_trylock(lock)
#define read_unlock(lock) _raw_read_unlock(lock)
#define write_lock(lock) _raw_write_lock(lock)
#define write_trylock(lock) _raw_write_trylock(lock)
#define write_unlock(lock) _raw_write_unlock(lock)

#define __RW_LOCK_WITH(off, lock_function, lock)                                                   \
    do {                                                                                           \
        off;                                                                                       \
        lock_function(lock);                                                                       \
    } while (0)
#define read_lock_irq(lock) __RW_LOCK_WITH(local_irq_disable(), read_lock, lock)
#define read_unlock_irq(lock)                                                                      \
    do {                                                                                           \
        read_unlock(lock);                                                                         \
        local_irq_enable();                                                                        \
    } while (0)
#define read_lock_irqsave(lock, flags) __RW_LOCK_WITH(local_irq_save(flags), read_lock, lock)
#define read_unlock_irqrestore(lock, flags)                                                        \
    do {                                                                                           \
        read_unlock(lock);                                                                         \
        local_irq_restore(flags);                                                                  \
    } while (0)
#define read_lock_bh(lock) __RW_LOCK_WITH(local_bh_disable(), read_lock, lock)
#define read_unlock_bh(lock)                                                                       \
    do {                                                                                           \
        read_unlock(lock);                                                                         \
        local_bh_enable();                                                                         \
    } while (0)
#define write_lock_irq(lock) __RW_LOCK_WITH(local_irq_disable(), write_lock, lock)
#define write_unlock_irq(lock)                                                                     \
    do {                                                                                           \
        write_unlock(lock);                                                                        \
        local_irq_enable();                                                                        \
    } while (0)
#define write_lock_irqsave(lock, flags) __RW_LOCK_WITH(local_irq_save(flags), write_lock, lock)
#define write_unlock_irqrestore(lock, flags)                                                       \
    do {                                                                                           \
        write_unlock(lock);                                                                        \
        local_irq_restore(flags);                                                                  \
    } while (0)
#define write_lock_bh(lock) __RW_LOCK_WITH(local_bh_disable(), write_lock, lock)
#define write_unlock_bh(lock)                                                                      \
    do {                                                                                           \
        write_unlock(lock);                                                                        \
        local_bh_enable();                                                                         \
    } while (0)
