// Sets of CPUs, and which CPUs there are: possible >= present >= online.
//
//   for_each_cpu(cpu, cpu_online_mask) ...
//
// A set is a number whose bit n is CPU n: modules see the same bytes as struct cpumask. A CPU that
// comes or goes says so itself; the boot CPU does the rest. Source: Linux 6.1
// include/linux/cpumask.h.
#pragma once

#include <stdint.h>

namespace pagelab::kernel {

using cpumask_t = uint64_t; // NR_CPUS is 64
inline constexpr cpumask_t kAllCpus = ~cpumask_t{0};

inline constexpr cpumask_t cpumask_of(unsigned cpu)
{
    return cpumask_t{1} << cpu;
}

extern "C" {
extern unsigned nr_cpu_ids; // one above the highest possible CPU; they have no gaps
extern cpumask_t __cpu_possible_mask;
extern cpumask_t __cpu_present_mask;
extern cpumask_t __cpu_online_mask;
extern unsigned __num_online_cpus;
}

inline constexpr cpumask_t const* cpu_possible_mask = &__cpu_possible_mask;
inline constexpr cpumask_t const* cpu_present_mask = &__cpu_present_mask;
inline constexpr cpumask_t const* cpu_online_mask = &__cpu_online_mask;

inline bool cpumask_test_cpu(unsigned cpu, cpumask_t const volatile* mask)
{
    return (*mask & cpumask_of(cpu)) != 0;
}

// Others may change other bits meanwhile.
inline void cpumask_set_cpu(unsigned cpu, cpumask_t volatile* mask)
{
    auto* const bytes = reinterpret_cast<uint8_t volatile*>(mask);
    __atomic_fetch_or(&bytes[cpu / 8], static_cast<uint8_t>(1u << cpu % 8), __ATOMIC_SEQ_CST);
}

inline void cpumask_clear_cpu(unsigned cpu, cpumask_t volatile* mask)
{
    auto* const bytes = reinterpret_cast<uint8_t volatile*>(mask);
    __atomic_fetch_and(&bytes[cpu / 8], static_cast<uint8_t>(~(1u << cpu % 8)), __ATOMIC_SEQ_CST);
}

// The next CPU of the mask above `cpu`, -1 to begin with; nr_cpu_ids or more at the end.
unsigned cpumask_next(int cpu, cpumask_t const* mask);
unsigned cpumask_weight(cpumask_t const* mask);

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
