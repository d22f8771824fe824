// A run queue: the tasks that could run on one CPU, and the choice among them and among CPUs.
//
// Round robin, as Linux' SCHED_RR: all tasks are alike, the queue is first in, first out, and a
// task that has run for RR_TIMESLICE while others wait goes to its end. The running task is not in
// the queue. Pure functions on memory of the caller's, who holds the queue's lock.
//
// Source: Linux 6.1 kernel/sched/sched.h (struct rq, RR_TIMESLICE), kernel/sched/rt.c.
#pragma once

#include "guestkernel/kernel/sched/task.hpp"

namespace pagelab::kernel {

inline constexpr unsigned RR_TIMESLICE = 25; // ticks: 100 ms at 250 Hz

struct rq {
    lib::spinlock_t __lock;
    unsigned cpu;
    unsigned volatile nr_running; // the current task, unless idle, and those in the queue
    lib::list_head queue;
    task_struct* curr;
    task_struct* idle;
    task_struct* prev; // while switching: who ran before
    unsigned long nr_switches;
    unsigned long idle_ticks;
    unsigned long busy_ticks;
};

// The idle task is what runs there now.
void rq_init(rq& rq, unsigned cpu, task_struct& idle);

void enqueue_task(rq& rq, task_struct& p); // at the end
void put_prev_task(rq& rq);                // the current task, still runnable, goes to the end
void deactivate_current(rq& rq);           // it is about to sleep
task_struct& set_next_task(rq& rq);        // the first of the queue, or idle, is current from here

// One tick has passed. Whether another should run now.
bool task_tick(rq& rq);

// A waiting task that may run on `cpu`, taken out of the queue; null: none.
task_struct* detach_task(rq& rq, unsigned cpu);

// Where to run one that ran on `previous`: there if it is idle, else on an idle CPU, else on the
// one with the least to do. `allowed`: not empty. nr_running: of each CPU in `allowed`.
unsigned select_task_rq(unsigned previous, cpumask_t allowed, unsigned (*nr_running)(unsigned cpu));

} // namespace pagelab::kernel
