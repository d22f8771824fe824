// Sets of CPUs: counting them, going through them.
#include "guestkernel/kernel/cpumask.hpp"

#include "guestkernel/arch/x86/percpu.hpp"

namespace pagelab::kernel {

static_assert(arch::NR_CPUS == 8 * sizeof(cpumask_t));

unsigned nr_cpu_ids = 1;
cpumask_t __cpu_possible_mask = 1;
cpumask_t __cpu_present_mask = 1;
cpumask_t __cpu_online_mask = 1;
unsigned __num_online_cpus = 1;

unsigned cpumask_next(int cpu, cpumask_t const* mask)
{
    auto next = static_cast<unsigned>(cpu + 1);
    while (next < nr_cpu_ids && !cpumask_test_cpu(next, mask))
        next++;
    return next;
}

unsigned cpumask_weight(cpumask_t const* mask)
{
    unsigned count = 0;
    unsigned cpu;
    for_each_cpu(cpu, mask) count++;
    return count;
}

void set_cpu_online(unsigned cpu)
{
    cpumask_set_cpu(cpu, &__cpu_online_mask);
    __atomic_fetch_add(&__num_online_cpus, 1, __ATOMIC_SEQ_CST);
}

void set_cpu_offline(unsigned cpu)
{
    cpumask_clear_cpu(cpu, &__cpu_online_mask);
    __atomic_fetch_sub(&__num_online_cpus, 1, __ATOMIC_SEQ_CST);
}

} // namespace pagelab::kernel
