// Sets of CPUs: counting them, going through them.
#include "guestkernel/kernel/cpumask.hpp"

namespace pagelab::kernel {

unsigned nr_cpu_ids = 1;
cpumask __cpu_possible_mask = {{1}};
cpumask __cpu_present_mask = {{1}};
cpumask __cpu_online_mask = {{1}};

unsigned cpumask_next(int cpu, cpumask const* mask)
{
    auto next = static_cast<unsigned>(cpu + 1);
    while (next < nr_cpu_ids && !cpumask_test_cpu(next, mask))
        next++;
    return next;
}

unsigned cpumask_weight(cpumask const* mask)
{
    unsigned count = 0;
    unsigned cpu;
    for_each_cpu(cpu, mask) count++;
    return count;
}

} // namespace pagelab::kernel
