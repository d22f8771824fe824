// Threads of the kernel. Source: Linux 6.1 include/linux/kthread.h.
#pragma once

#include <linux/err.h>
#include <linux/numa.h>
#include <linux/sched.h>

struct completion;

__BEGIN_DECLS
struct task_struct* __printf(4, 5) kthread_create_on_node(int (*function)(void* data), void* data,
                                                          int node, char const* name, ...);
void kthread_bind(struct task_struct* task, unsigned int cpu);
int kthread_stop(struct task_struct* task);
bool kthread_should_stop(void);
bool kthread_should_park(void);
int kthread_park(struct task_struct* task);
void kthread_unpark(struct task_struct* task);
void kthread_parkme(void);
void* kthread_data(struct task_struct* task);
void __noreturn kthread_exit(long result);
void __noreturn kthread_complete_and_exit(struct completion* completion, long result);
__END_DECLS

#define kthread_create(function, data, name, ...)                                                  \
    kthread_create_on_node(function, data, NUMA_NO_NODE, name, ##__VA_ARGS__)
#define kthread_run(function, data, name, ...)                                                     \
    ({                                                                                             \
        struct task_struct* __created = kthread_create(function, data, name, ##__VA_ARGS__);       \
        if (!IS_ERR(__created))                                                                    \
            wake_up_process(__created);                                                            \
        __created;                                                                                 \
    })
