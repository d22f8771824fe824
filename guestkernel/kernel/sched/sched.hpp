// The scheduler's calls: who runs, sleeping, waking.
//
// One run queue per CPU (rq.hpp), each under its spinlock. A CPU changes tasks in schedule(), at
// the end of an interrupt, and where preemption is enabled again; preemption is off in between, and
// the count is the same (2) at each change, so that a task needs no count of its own.
//
// Locks: a task's pi_lock, then a run queue's. Interrupts are off under both.
// Source: Linux 6.1 kernel/sched/core.c.
#pragma once

#include "guestkernel/arch/x86/percpu.hpp"
#include "guestkernel/kernel/sched/rq.hpp"

namespace pagelab::kernel {

extern "C" {
DECLARE_PER_CPU(task_struct*, current_task);
DECLARE_PER_CPU(rq, runqueues);
}

inline task_struct& get_current()
{
    return *arch::this_cpu_read(current_task);
}

// Xchg: what is read after it is read after it (a waker writes the condition, then reads this).
inline void set_current_state(unsigned state)
{
    __atomic_store_n(&get_current().__state, state, __ATOMIC_SEQ_CST);
}

inline bool need_resched()
{
    return get_current().need_resched;
}

// In a thread with preemption enabled. The current task runs on later, at the end of the queue,
// if its state is TASK_RUNNING; else when it is woken.
void schedule();
void schedule_preempt_disabled(); // the same where preemption is disabled once
void yield();
bool cond_resched(); // schedule() if it is time; whether it was

// schedule_timeout() of wait.hpp, with the state set before.
long schedule_timeout_interruptible(long timeout);
long schedule_timeout_uninterruptible(long timeout);

// Anywhere. Whether the task slept in one of the states of the mask `state`, and is awake now.
bool try_to_wake_up(task_struct& p, unsigned state);
bool wake_up_process(task_struct& p);
void wake_up_new_task(task_struct& p);

bool set_cpus_allowed(task_struct& p, cpumask_t mask); // of a task that does not run; not empty

void set_task_comm(task_struct& p, char const* name); // cut to 15 characters

// Each CPU's timer interrupt, and its reschedule interrupt.
void scheduler_tick();
void scheduler_ipi();

// CPU `cpu` schedules from here on; what runs on it now is `idle`.
void init_idle(task_struct& idle, unsigned cpu);
bool scheduler_is_running(unsigned cpu);
cpumask_t cpu_active_mask();

// The life of an idle task. Interrupts on, preemption enabled.
[[noreturn]] void cpu_startup_entry();

unsigned long nr_context_switches();

} // namespace pagelab::kernel
