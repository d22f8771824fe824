// linux/spinlock.h, linux/rwlock.h, linux/bottom_half.h.
#include "guestkernel/lib/spinlock.hpp"

#include "guestkernel/kernel/export.hpp"
#include "guestkernel/lib/rwlock.hpp"

using namespace pagelab;
using lib::rwlock_t;
using lib::spinlock_t;

extern "C" {

void _raw_spin_lock(spinlock_t* lock)
{
    lib::spin_lock(*lock);
}
EXPORT_SYMBOL(_raw_spin_lock);

int _raw_spin_trylock(spinlock_t* lock)
{
    return lib::spin_trylock(*lock);
}
EXPORT_SYMBOL(_raw_spin_trylock);

void _raw_spin_unlock(spinlock_t* lock)
{
    lib::spin_unlock(*lock);
}
EXPORT_SYMBOL(_raw_spin_unlock);

void _raw_spin_lock_irq(spinlock_t* lock)
{
    lib::spin_lock_irq(*lock);
}
EXPORT_SYMBOL(_raw_spin_lock_irq);

void _raw_spin_unlock_irq(spinlock_t* lock)
{
    lib::spin_unlock_irq(*lock);
}
EXPORT_SYMBOL(_raw_spin_unlock_irq);

unsigned long _raw_spin_lock_irqsave(spinlock_t* lock)
{
    unsigned long flags;
    lib::spin_lock_irqsave(*lock, flags);
    return flags;
}
EXPORT_SYMBOL(_raw_spin_lock_irqsave);

void _raw_spin_unlock_irqrestore(spinlock_t* lock, unsigned long flags)
{
    lib::spin_unlock_irqrestore(*lock, flags);
}
EXPORT_SYMBOL(_raw_spin_unlock_irqrestore);

void _raw_read_lock(rwlock_t* lock)
{
    lib::read_lock(*lock);
}
EXPORT_SYMBOL(_raw_read_lock);

int _raw_read_trylock(rwlock_t* lock)
{
    return lib::read_trylock(*lock);
}
EXPORT_SYMBOL(_raw_read_trylock);

void _raw_read_unlock(rwlock_t* lock)
{
    lib::read_unlock(*lock);
}
EXPORT_SYMBOL(_raw_read_unlock);

void _raw_write_lock(rwlock_t* lock)
{
    lib::write_lock(*lock);
}
EXPORT_SYMBOL(_raw_write_lock);

int _raw_write_trylock(rwlock_t* lock)
{
    return lib::write_trylock(*lock);
}
EXPORT_SYMBOL(_raw_write_trylock);

void _raw_write_unlock(rwlock_t* lock)
{
    lib::write_unlock(*lock);
}
EXPORT_SYMBOL(_raw_write_unlock);

// Timers that became due meanwhile run at the next tick.
void __local_bh_enable_ip(unsigned long, unsigned count)
{
    lib::preempt_count_sub(count - lib::PREEMPT_OFFSET);
    lib::preempt_enable();
}
EXPORT_SYMBOL(__local_bh_enable_ip);

} // extern "C"
