// linux/percpu.h, linux/preempt.h, linux/cpumask.h, linux/smp.h.
#include "guestkernel/kernel/percpu.hpp"

#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/kernel/smp.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/preempt.hpp"

using namespace pagelab;
using arch::__per_cpu_offset;
using arch::this_cpu_off;
using kernel::__cpu_online_mask;
using kernel::__cpu_possible_mask;
using kernel::__cpu_present_mask;
using kernel::__num_online_cpus;
using kernel::call_wait;
using kernel::current_task;
using kernel::nr_cpu_ids;
using lib::__preempt_count;
using lib::cpu_number;
using lib::preempt_schedule;

EXPORT_SYMBOL(__per_cpu_offset);
EXPORT_SYMBOL(this_cpu_off);
EXPORT_SYMBOL(cpu_number);
EXPORT_SYMBOL(current_task);
EXPORT_SYMBOL(__preempt_count);
EXPORT_SYMBOL(preempt_schedule);
EXPORT_SYMBOL(nr_cpu_ids);
EXPORT_SYMBOL(__cpu_possible_mask);
EXPORT_SYMBOL(__cpu_present_mask);
EXPORT_SYMBOL(__cpu_online_mask);
EXPORT_SYMBOL(__num_online_cpus);

extern "C" {

void* __alloc_percpu(size_t size, size_t align)
{
    return kernel::__alloc_percpu(size, align);
}
EXPORT_SYMBOL_GPL(__alloc_percpu);

void free_percpu(void* pointer)
{
    kernel::free_percpu(pointer);
}
EXPORT_SYMBOL_GPL(free_percpu);

int smp_call_function_single(int cpu, kernel::smp_call_func_t function, void* info, int wait)
{
    if (cpu < 0)
        return -ENXIO;
    return kernel::smp_call_function_single(static_cast<unsigned>(cpu), function, info,
                                            call_wait{wait != 0});
}
EXPORT_SYMBOL(smp_call_function_single);

void smp_call_function_many(kernel::cpumask_t const* mask, kernel::smp_call_func_t function,
                            void* info, bool wait)
{
    kernel::smp_call_function_many(mask, function, info, call_wait{wait});
}
EXPORT_SYMBOL(smp_call_function_many);

void smp_call_function(kernel::smp_call_func_t function, void* info, int wait)
{
    kernel::smp_call_function(function, info, call_wait{wait != 0});
}
EXPORT_SYMBOL(smp_call_function);

// Where `condition` holds, or everywhere if it is null; this CPU last.
void on_each_cpu_cond_mask(bool (*condition)(int cpu, void* info), kernel::smp_call_func_t function,
                           void* info, bool wait, kernel::cpumask_t const* mask)
{
    lib::preempt_disable();
    unsigned const here = lib::smp_processor_id();
    kernel::cpumask_t chosen = 0;
    unsigned cpu;
    for_each_cpu(cpu, mask)
    {
        if (condition == nullptr || condition(static_cast<int>(cpu), info))
            kernel::cpumask_set_cpu(cpu, &chosen);
    }
    kernel::smp_call_function_many(&chosen, function, info, call_wait{wait});
    if (kernel::cpumask_test_cpu(here, &chosen)) {
        unsigned long flags;
        lib::local_irq_save(flags);
        function(info);
        lib::local_irq_restore(flags);
    }
    lib::preempt_enable();
}
EXPORT_SYMBOL(on_each_cpu_cond_mask);

} // extern "C"
