// Sets of CPUs, and which CPUs there are: possible >= present >= online.
//
//   for_each_cpu(cpu, cpu_online_mask) ...
//
// A CPU that comes or goes says so itself; the boot CPU does the rest. Source: Linux 6.1
// include/linux/cpumask.h.
#pragma once

#include "guestkernel/arch/x86/percpu.hpp"

namespace pagelab::kernel {

using arch::NR_CPUS;

inline constexpr unsigned kBitsPerLong = 8 * sizeof(long);

struct cpumask {
    unsigned long bits[NR_CPUS / kBitsPerLong];
};

extern "C" {
extern unsigned nr_cpu_ids; // one above the highest possible CPU; they have no gaps
extern cpumask __cpu_possible_mask;
extern cpumask __cpu_present_mask;
extern cpumask __cpu_online_mask;
extern unsigned __num_online_cpus;
}

inline constexpr cpumask const* cpu_possible_mask = &__cpu_possible_mask;
inline constexpr cpumask const* cpu_present_mask = &__cpu_present_mask;
inline constexpr cpumask const* cpu_online_mask = &__cpu_online_mask;

inline bool cpumask_test_cpu(unsigned cpu, cpumask const* mask)
{
    return (__atomic_load_n(&mask->bits[cpu / kBitsPerLong], __ATOMIC_RELAXED) >>
                cpu % kBitsPerLong &
            1) != 0;
}

inline void cpumask_set_cpu(unsigned cpu, cpumask* mask)
{
    __atomic_fetch_or(&mask->bits[cpu / kBitsPerLong], 1ul << cpu % kBitsPerLong, __ATOMIC_SEQ_CST);
}

inline void cpumask_clear_cpu(unsigned cpu, cpumask* mask)
{
    __atomic_fetch_and(&mask->bits[cpu / kBitsPerLong], ~(1ul << cpu % kBitsPerLong),
                       __ATOMIC_SEQ_CST);
}

// The next CPU of the mask above `cpu`, -1 to begin with; nr_cpu_ids or more at the end.
unsigned cpumask_next(int cpu, cpumask const* mask);
unsigned cpumask_weight(cpumask const* mask);

#define for_each_cpu(cpu, mask)                                                                    \
    for ((cpu) = ::pagelab::kernel::cpumask_next(-1, mask); (cpu) < ::pagelab::kernel::nr_cpu_ids; \
         (cpu) = ::pagelab::kernel::cpumask_next(static_cast<int>(cpu), mask))
#define for_each_online_cpu(cpu) for_each_cpu(cpu, ::pagelab::kernel::cpu_online_mask)
#define for_each_possible_cpu(cpu) for_each_cpu(cpu, ::pagelab::kernel::cpu_possible_mask)

inline bool cpu_online(unsigned cpu)
{
    return cpumask_test_cpu(cpu, cpu_online_mask);
}

inline unsigned num_online_cpus()
{
    return __atomic_load_n(&__num_online_cpus, __ATOMIC_RELAXED);
}

void set_cpu_online(unsigned cpu);
void set_cpu_offline(unsigned cpu);

} // namespace pagelab::kernel
