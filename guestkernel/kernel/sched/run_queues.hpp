// Each CPU's run queue, and what the scheduler's own files do with it.
#pragma once

#include "guestkernel/kernel/sched/sched.hpp"

namespace pagelab::kernel {

inline rq& this_rq()
{
    return *arch::this_cpu_ptr(&runqueues);
}

inline rq& cpu_rq(unsigned cpu)
{
    return arch::per_cpu(runqueues, cpu);
}

// The running task of this queue, whose lock is held, should give way.
void resched_curr(rq& rq);

void set_cpu_active(unsigned cpu); // it takes tasks from now on

// The boot thread becomes `p`, and is no longer the idle task of CPU 0.
void take_over(task_struct& p);

// A task waiting elsewhere comes to this empty queue, if there is one. Its lock is held.
void pull_task(rq& rq);

} // namespace pagelab::kernel
