// A thread of the kernel: task_struct, its states and flags.
//
// A task runs, waits in a run queue, or sleeps. Whoever puts itself to sleep sets __state first,
// then looks once more at what it waits for, then calls schedule(): a wake-up in between sets
// __state back, and schedule() returns at once.
//
// Source: Linux 6.1 include/linux/sched.h; the names are Linux', the order is not.
#pragma once

#include <stdint.h>

#include "guestkernel/kernel/cpumask.hpp"
#include "guestkernel/kernel/sched/completion.hpp"
#include "guestkernel/kernel/stacks.hpp"
#include "guestkernel/lib/list.hpp"
#include "guestkernel/lib/spinlock.hpp"

namespace pagelab::kernel {

enum : unsigned { // task_struct::__state
    TASK_RUNNING = 0x0,
    TASK_INTERRUPTIBLE = 0x1,
    TASK_UNINTERRUPTIBLE = 0x2,
    TASK_PARKED = 0x40,
    TASK_DEAD = 0x80,
    TASK_WAKEKILL = 0x100,
    TASK_NOLOAD = 0x400,
    TASK_NORMAL = TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE,
    TASK_KILLABLE = TASK_WAKEKILL | TASK_UNINTERRUPTIBLE,
    TASK_IDLE = TASK_UNINTERRUPTIBLE | TASK_NOLOAD,
};

enum : unsigned { // task_struct::flags
    PF_IDLE = 0x2,
    PF_EXITING = 0x4,
    PF_WQ_WORKER = 0x20,
    PF_MEMALLOC = 0x800,
    PF_KSWAPD = 0x2'0000,
    PF_KTHREAD = 0x20'0000,
};

inline constexpr unsigned TASK_COMM_LEN = 16;

struct thread_struct {
    uintptr_t sp; // while it does not run: of the frame that __switch_to_asm left
};

struct kthread { // kthread.hpp
    unsigned long flags;
    int (*threadfn)(void* data);
    void* data;
    completion parked;
};

struct task_struct {
    unsigned volatile __state;
    unsigned flags;
    int pid;
    int tgid; // = pid: a thread is a process of its own
    char comm[TASK_COMM_LEN];
    unsigned volatile cpu; // where it runs, or ran last
    int exit_code;         // of kthreads: what the function returned
    int usage;             // references: its own, until it is dead, and others'
    thread_struct thread;
    void* stack; // its lowest address
    stack_info stack_vm_area;

    bool on_cpu;         // its registers are in a CPU, its stack is in use
    bool on_rq;          // it runs, or waits in a run queue
    bool need_resched;   // Linux' TIF_NEED_RESCHED
    unsigned time_slice; // ticks left
    cpumask_t cpus_mask; // where it may run
    lib::list_head run_list;
    lib::spinlock_t pi_lock; // one wake-up at a time

    unsigned long nvcsw;  // switches to sleep, or by schedule()
    unsigned long nivcsw; // switches by preemption
    unsigned long stime;  // ticks that found it running

    uintptr_t user_begin; // memory that counts as user space for it, beside user space: the buffers
    uintptr_t user_end;   // of commands that use modules' files
    struct kthread kthread;
    completion exited;
    lib::list_head tasks; // of all tasks, by age
};

inline bool is_idle_task(task_struct const& p)
{
    return (p.flags & PF_IDLE) != 0;
}

// 'R', 'S', 'D', 'I', 'P', 'X', as ps has it. Source: Linux 6.1 include/linux/sched.h
// (task_state_to_char).
char task_state_to_char(task_struct const& p);

} // namespace pagelab::kernel
