// SLAB gives back what its caches do not use: each CPU's arrays are looked through now and then.
//
// Source: Linux 6.1 mm/slab.c (cache_reap, start_cpu_timer, REAPTIMEOUT_AC).
#include "guestkernel/kernel/slab.hpp"

#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/kernel/sched/workqueue.hpp"
#include "guestkernel/mm/slab/slab_array.hpp"

namespace pagelab::kernel {

namespace {

constexpr unsigned long REAPTIMEOUT_AC = 2 * HZ;

DEFINE_PER_CPU(delayed_work, slab_reap_work) = {};

void reap(work_struct& work)
{
    mm::cache_reap(slab_caches());
    schedule_delayed_work(to_delayed_work(work), REAPTIMEOUT_AC);
}

} // namespace

void slab_reap_start()
{
    if (slab_caches().ops != &mm::slab_array_operations)
        return;
    for (cpumask_t cpus = cpu_active_mask(); cpus != 0; cpus &= cpus - 1) {
        auto const cpu = static_cast<unsigned>(__builtin_ctzll(cpus));
        delayed_work& work = arch::per_cpu(slab_reap_work, cpu);
        init_delayed_work(work, reap);
        work.timer.flags = cpu; // it expires, and so is queued, there
        schedule_delayed_work(work, REAPTIMEOUT_AC);
    }
}

} // namespace pagelab::kernel
