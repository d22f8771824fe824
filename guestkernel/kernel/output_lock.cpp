// Locks of what CPUs write to.
#include "guestkernel/kernel/output_lock.hpp"

#include "guestkernel/lib/spinlock.hpp"

namespace pagelab::kernel {

lib::spinlock_t report_lock;

namespace {

bool busted;

bool take(lib::spinlock_t& lock)
{
    constexpr unsigned kPatience = 1'000'000; // turns: longer than a report takes
    for (unsigned turns = 0; !lib::raw_spin_trylock(lock); turns++) {
        if (__atomic_load_n(&busted, __ATOMIC_RELAXED) && turns > kPatience)
            return false;
        lib::cpu_relax();
    }
    return true;
}

} // namespace

output_guard::output_guard(lib::spinlock_t& lock) : lock_(lock)
{
    lib::local_irq_save(flags_);
    is_ours_ = !lib::spin_is_held(lock) && take(lock);
}

output_guard::~output_guard()
{
    if (is_ours_)
        lib::raw_spin_unlock(lock_);
    lib::local_irq_restore(flags_);
}

void bust_output_locks()
{
    __atomic_store_n(&busted, true, __ATOMIC_RELAXED);
}

} // namespace pagelab::kernel
