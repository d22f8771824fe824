// kthreadd, thread 2: what can only be done by a thread that may sleep, for those who may not.
//
// It frees tasks that are dead, makes threads that were asked for in interrupts or under locks, and
// starts the console's thread again if it has died. The first thread to be made, or the end of the
// console's first command, starts it: a boot to the first report does without.
// Source: Linux 6.1 kernel/kthread.c (kthreadd, kthread_create_list).
#pragma once

#include "guestkernel/kernel/sched/task.hpp"
#include "guestkernel/lib/result.hpp"

namespace pagelab::kernel {

// A thread that somebody wants; lives as long as the kernel.
struct kthread_request {
    int (*threadfn)(void* data);
    void* data;
    char name[TASK_COMM_LEN];
    cpumask_t cpus;
    bool is_queued; // at most once
    lib::list_head entry;
};

// Anywhere, more than once: the thread will run, once, sometime.
void request_kthread(kthread_request& request);

lib::Result<> start_kthreadd(); // unless it runs
void wait_for_kthreadd();       // starts it; there is kswapd0, too, or no memory for it

// What only the files of fork.hpp call.
void bury_task(task_struct& p); // it has run for the last time: free it
lib::Result<task_struct*> make_task(char const* name, unsigned flags, void (*function)(void*),
                                    void* argument); // create_task() without kthreadd
void unlink_task(task_struct& p);                    // from the list of all tasks
[[noreturn]] void do_task_dead();                    // the current task gives up its CPU for good

} // namespace pagelab::kernel
