// Sets of CPUs, and which CPUs there are: possible >= present >= online.
//
// Source: Linux 6.1 include/linux/cpumask.h.
#pragma once

#include <linux/bitops.h>
#include <linux/string.h>
#include <linux/threads.h>

typedef struct cpumask {
    unsigned long bits[NR_CPUS / BITS_PER_LONG];
} cpumask_t;
typedef struct cpumask* cpumask_var_t;

__BEGIN_DECLS
extern unsigned int nr_cpu_ids;
extern struct cpumask __cpu_possible_mask, __cpu_present_mask, __cpu_online_mask;
extern unsigned int __num_online_cpus;
__END_DECLS

#define nr_cpumask_bits nr_cpu_ids
#define cpu_possible_mask ((struct cpumask const*)&__cpu_possible_mask)
#define cpu_present_mask ((struct cpumask const*)&__cpu_present_mask)
#define cpu_online_mask ((struct cpumask const*)&__cpu_online_mask)
#define cpumask_bits(mask) ((mask)->bits)

static inline bool cpumask_test_cpu(int cpu, struct cpumask const* mask)
{
    return test_bit(cpu, mask->bits);
}

static inline void cpumask_set_cpu(unsigned int cpu, struct cpumask* mask)
{
    set_bit(cpu, mask->bits);
}

static inline void cpumask_clear_cpu(int cpu, struct cpumask* mask)
{
    clear_bit(cpu, mask->bits);
}

static inline void cpumask_clear(struct cpumask* mask)
{
    __builtin_memset(mask, 0, sizeof(*mask));
}

static inline void cpumask_setall(struct cpumask* mask)
{
    __builtin_memset(mask, 0xff, sizeof(*mask));
}

static inline void cpumask_copy(struct cpumask* to, struct cpumask const* from)
{
    *to = *from;
}

static inline unsigned int cpumask_next(int cpu, struct cpumask const* mask)
{
    return (unsigned int)find_next_bit(mask->bits, nr_cpu_ids, (unsigned long)(cpu + 1));
}

static inline unsigned int cpumask_first(struct cpumask const* mask)
{
    return cpumask_next(-1, mask);
}

static inline unsigned int cpumask_weight(struct cpumask const* mask)
{
    unsigned long weight = 0;
    for (unsigned int i = 0; i < NR_CPUS / BITS_PER_LONG; i++)
        weight += hweight_long(mask->bits[i]);
    return (unsigned int)weight;
}

static inline bool cpumask_empty(struct cpumask const* mask)
{
    return cpumask_first(mask) >= nr_cpu_ids;
}

#define for_each_cpu(cpu, mask)                                                                    \
    for ((cpu) = (int)cpumask_next(-1, (mask)); (unsigned int)(cpu) < nr_cpu_ids;                  \
         (cpu) = (int)cpumask_next((int)(cpu), (mask)))
#define for_each_possible_cpu(cpu) for_each_cpu((cpu), cpu_possible_mask)
#define for_each_present_cpu(cpu) for_each_cpu((cpu), cpu_present_mask)
#define for_each_online_cpu(cpu) for_each_cpu((cpu), cpu_online_mask)

#define num_online_cpus() READ_ONCE(__num_online_cpus)
#define num_possible_cpus() cpumask_weight(cpu_possible_mask)
#define num_present_cpus() cpumask_weight(cpu_present_mask)
#define cpu_online(cpu) cpumask_test_cpu((int)(cpu), cpu_online_mask)
#define cpu_possible(cpu) cpumask_test_cpu((int)(cpu), cpu_possible_mask)
#define cpu_present(cpu) cpumask_test_cpu((int)(cpu), cpu_present_mask)
