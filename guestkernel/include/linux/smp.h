// Which CPU this is, and asking others to do something.
//
// A function called on another CPU runs in its interrupt handler and must not sleep.
// Source: Linux 6.1 include/linux/smp.h.
#pragma once

#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/preempt.h>

typedef void (*smp_call_func_t)(void* info);

__BEGIN_DECLS
int smp_call_function_single(int cpu, smp_call_func_t function, void* info, int wait);
void smp_call_function_many(struct cpumask const* mask, smp_call_func_t function, void* info,
                            bool wait);
void smp_call_function(smp_call_func_t function, void* info, int wait);
void on_each_cpu_cond_mask(bool (*condition)(int cpu, void* info), smp_call_func_t function,
                           void* info, bool wait, struct cpumask const* mask);
__END_DECLS

static inline void on_each_cpu_mask(struct cpumask const* mask, smp_call_func_t function,
                                    void* info, bool wait)
{
    on_each_cpu_cond_mask(NULL, function, info, wait, mask);
}

static inline void on_each_cpu(smp_call_func_t function, void* info, int wait)
{
    on_each_cpu_cond_mask(NULL, function, info, wait != 0, cpu_online_mask);
}

#define raw_smp_processor_id() ((int)this_cpu_read(cpu_number))
#define smp_processor_id() raw_smp_processor_id()
#define get_cpu()                                                                                  \
    ({                                                                                             \
        preempt_disable();                                                                         \
        smp_processor_id();                                                                        \
    })
#define put_cpu() preempt_enable()
