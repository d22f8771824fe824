// What the two halves of workqueues share: the works of one CPU, and who runs them.
#pragma once

#include "guestkernel/kernel/sched/kthreadd.hpp"
#include "guestkernel/kernel/sched/mutex.hpp"
#include "guestkernel/kernel/sched/task.hpp"
#include "guestkernel/kernel/sched/workqueue.hpp"

namespace pagelab::kernel {

inline constexpr unsigned kMaxWorkers = 32; // of one CPU
inline constexpr unsigned kColors = 2;

enum : unsigned long { // work_struct::data
    WORK_STRUCT_PENDING = 1 << 0,
    WORK_STRUCT_COLOR = 1 << 1,
    WORK_STRUCT_FLAGS = 3,
};

struct workqueue_struct {
    unsigned max_active; // running at a time, by all CPUs
    unsigned nr_active;
    unsigned color; // of works queued now: flush_workqueue() waits for the others
    unsigned nr_in_flight[kColors];
    mutex flush_mutex;
    char name[24];
};

struct worker { // on its thread's stack
    task_struct* task;
    work_struct* current_work; // null: idle, or looking for work
    bool is_idle;
    lib::list_head entry;
};

struct worker_pool {
    lib::list_head worklist;
    lib::list_head workers;
    unsigned nr_workers;
    unsigned nr_idle;
    kthread_request first_worker;
    unsigned cpu;
};

// One for all pools and workqueues, taken with interrupts off.
extern lib::spinlock_t workqueue_lock;
extern wait_queue_head work_done; // each time a work has run

worker_pool& cpu_pool(unsigned cpu);

// With the lock held: there is work now; make someone do it.
void wake_up_worker(worker_pool& pool);

inline workqueue_struct& workqueue_of(work_struct const& work)
{
    return *reinterpret_cast<workqueue_struct*>(work.data & ~WORK_STRUCT_FLAGS);
}

// Is it running on some worker? With the lock held.
bool is_running(work_struct const& work);

} // namespace pagelab::kernel
