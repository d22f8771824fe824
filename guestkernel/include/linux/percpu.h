// Per-CPU variables and memory, and staying on a CPU while using them. Source: Linux 6.1
// include/linux/percpu.h, percpu-defs.h.
#pragma once

#include <linux/percpu-defs.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>

__BEGIN_DECLS
void __percpu* __alloc_percpu(size_t size, size_t align);
void free_percpu(void __percpu* pointer);
__END_DECLS

#define alloc_percpu(type) ((__typeof__(type)*)__alloc_percpu(sizeof(type), __alignof__(type)))

#define get_cpu_var(variable)                                                                      \
    (*({                                                                                           \
        preempt_disable();                                                                         \
        this_cpu_ptr(&(variable));                                                                 \
    }))
#define put_cpu_var(variable)                                                                      \
    do {                                                                                           \
        (void)&(variable);                                                                         \
        preempt_enable();                                                                          \
    } while (0)
#define get_cpu_ptr(pointer)                                                                       \
    ({                                                                                             \
        preempt_disable();                                                                         \
        this_cpu_ptr(pointer);                                                                     \
    })
#define put_cpu_ptr(pointer)                                                                       \
    do {                                                                                           \
        (void)(pointer);                                                                           \
        preempt_enable();                                                                          \
    } while (0)
