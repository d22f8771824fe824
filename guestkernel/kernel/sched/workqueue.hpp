// Work for later: functions that threads called kworker/CPU:N run, on the CPU that queued them.
//
//   work_struct work;
//   init_work(work, [](work_struct& w) { ... });          may sleep
//   schedule_work(work);                                   anywhere; false: it is queued already
//
// A work that is queued while it runs runs once more afterwards, never twice at a time. Each CPU's
// workers take from one list; as long as there is work one of them is idle, ready to go on when
// the others sleep, up to kMaxWorkers. A workqueue is a group of works that can be waited for; an
// ordered one runs them one at a time.
//
// Source: Linux 6.1 include/linux/workqueue.h, kernel/workqueue.c.
#pragma once

#include "guestkernel/kernel/sched/timer.hpp"

namespace pagelab::kernel {

struct work_struct {
    unsigned long data; // the workqueue's address | WORK_STRUCT_*
    lib::list_head entry;
    void (*func)(work_struct& work);
};

struct workqueue_struct;

struct delayed_work {
    work_struct work;
    timer_list timer;
    workqueue_struct* wq; // where it goes when its time has come
};

enum : unsigned { // of alloc_workqueue
    WQ_UNBOUND = 1 << 1,
    WQ_MEM_RECLAIM = 1 << 3,
    __WQ_ORDERED = 1 << 17,
};

extern "C" {
extern workqueue_struct* const system_wq;
void delayed_work_timer_fn(timer_list& timer); // of delayed_work::timer
}

void init_work(work_struct& work, void (*func)(work_struct& work));
void init_delayed_work(delayed_work& dwork, void (*func)(work_struct& work));

inline delayed_work& to_delayed_work(work_struct& work)
{
    return *CONTAINER_OF(&work, delayed_work, work);
}

bool work_pending(work_struct const& work);

bool queue_work_on(unsigned cpu, workqueue_struct& wq, work_struct& work);
bool queue_work(workqueue_struct& wq, work_struct& work);
bool queue_delayed_work(workqueue_struct& wq, delayed_work& dwork, unsigned long delay);
bool mod_delayed_work(workqueue_struct& wq, delayed_work& dwork, unsigned long delay);

inline bool schedule_work(work_struct& work)
{
    return queue_work(*system_wq, work);
}
inline bool schedule_delayed_work(delayed_work& dwork, unsigned long delay) // in jiffies
{
    return queue_delayed_work(*system_wq, dwork, delay);
}

// Waits until it is neither queued nor running. False: it was not.
bool flush_work(work_struct& work);
bool flush_delayed_work(delayed_work& dwork); // queues it at once, if its timer runs

// Takes it back; the _sync ones wait until it does not run any more. Whether it was queued.
bool cancel_work_sync(work_struct& work);
bool cancel_delayed_work(delayed_work& dwork);
bool cancel_delayed_work_sync(delayed_work& dwork);

// Waits for all works queued so far.
void flush_workqueue(workqueue_struct& wq);

// Null: no memory. max_active 0: as many as there are workers.
workqueue_struct* alloc_workqueue(char const* name, unsigned flags, unsigned max_active);
void destroy_workqueue(workqueue_struct& wq); // when all its works are done

} // namespace pagelab::kernel
