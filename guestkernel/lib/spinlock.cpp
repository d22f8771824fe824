// Waiting for a spinlock.
#include "guestkernel/lib/spinlock.hpp"

#if __STDC_HOSTED__
#include <sched.h>
#endif

namespace pagelab::lib {

void cpu_relax()
{
#if __STDC_HOSTED__
    sched_yield(); // there may be more threads than CPUs that run them
#else
    asm volatile("pause" : : : "memory");
#endif
}

[[gnu::weak]] void spin_bug(spinlock_t&, char const*)
{
    __builtin_trap();
}

void spin_lock_slowpath(spinlock_t& lock)
{
    if (spin_is_held(lock))
        spin_bug(lock, "recursion");
    do {
        while (spin_is_locked(lock))
            cpu_relax();
    } while (!raw_spin_trylock(lock));
}

} // namespace pagelab::lib
