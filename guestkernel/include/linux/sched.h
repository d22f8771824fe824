// Tasks, and giving up the CPU.
//
// struct task_struct has its first fields here, in the order of guestkernel/kernel/sched/task.hpp;
// more stand behind them. Source: Linux 6.1 include/linux/sched.h.
#pragma once

#include <asm/current.h>
#include <asm/processor.h>
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/preempt.h>
#include <linux/types.h>

#define TASK_RUNNING 0x00000000
#define TASK_INTERRUPTIBLE 0x00000001
#define TASK_UNINTERRUPTIBLE 0x00000002
#define TASK_PARKED 0x00000040
#define TASK_DEAD 0x00000080
#define TASK_WAKEKILL 0x00000100
#define TASK_NOLOAD 0x00000400
#define TASK_NORMAL (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)
#define TASK_KILLABLE (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_IDLE (TASK_UNINTERRUPTIBLE | TASK_NOLOAD)

#define PF_EXITING 0x00000004
#define PF_WQ_WORKER 0x00000020
#define PF_MEMALLOC 0x00000800
#define PF_KSWAPD 0x00020000
#define PF_KTHREAD 0x00200000

#define TASK_COMM_LEN 16
#define MAX_SCHEDULE_TIMEOUT LONG_MAX

struct thread_struct {
    unsigned long sp;
};

struct task_struct {
    unsigned int __state;
    unsigned int flags;
    pid_t pid;
    pid_t tgid;
    char comm[TASK_COMM_LEN];
    unsigned int cpu;
    int exit_code;
    atomic_t usage;
    struct thread_struct thread;
    void* stack; // its lowest address
};

__BEGIN_DECLS
void schedule(void);
long schedule_timeout(long timeout);
long schedule_timeout_interruptible(long timeout);
long schedule_timeout_uninterruptible(long timeout);
void yield(void);
int __cond_resched(void);
int wake_up_process(struct task_struct* task);
int set_cpus_allowed_ptr(struct task_struct* task, struct cpumask const* mask);
void __noreturn do_exit(long code);
void __put_task_struct(struct task_struct* task);
__END_DECLS

#define cond_resched() __cond_resched()
#define __set_current_state(state) WRITE_ONCE(current->__state, (state))
#define set_current_state(state) ((void)xchg(&current->__state, (unsigned int)(state)))
#define get_current_state() READ_ONCE(current->__state)
#define task_is_running(task) (READ_ONCE((task)->__state) == TASK_RUNNING)
#define task_cpu(task) READ_ONCE((task)->cpu)
#define task_stack_page(task) ((task)->stack)
#define task_pid_nr(task) ((task)->pid)
#define task_tgid_nr(task) ((task)->tgid)
#define task_pid_vnr(task) ((task)->pid)

static inline struct task_struct* get_task_struct(struct task_struct* task)
{
    atomic_inc(&task->usage);
    return task;
}

static inline void put_task_struct(struct task_struct* task)
{
    __put_task_struct(task);
}

// Nobody sends signals: there are no processes.
static inline int signal_pending(struct task_struct* task)
{
    (void)task;
    return 0;
}
