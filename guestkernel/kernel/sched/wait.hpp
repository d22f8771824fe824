// Wait queues: who waits for an event, and how they are woken.
//
//   wait_event(queue, [] { return ready; });           a thread sleeps until it is so
//   ready = true; wake_up(queue);                      whoever makes it so
//
// Each waiter's entry has a function that wakes it and returns whether it had slept. wake_up()
// calls those of all ordinary entries, and of exclusive ones, which stand at the end, until as many
// as asked for were woken. Nothing is allocated: an entry lives on its waiter's stack.
//
// Waking is allowed everywhere, with interrupts off too; waiting only in threads.
// Source: Linux 6.1 include/linux/wait.h, kernel/sched/wait.c.
#pragma once

#include "guestkernel/lib/list.hpp"
#include "guestkernel/lib/spinlock.hpp"

namespace pagelab::kernel {

struct wait_queue_head {
    lib::spinlock_t lock;
    lib::list_head head;
};

enum : unsigned { WQ_FLAG_EXCLUSIVE = 0x01 };

struct wait_queue_entry {
    unsigned flags;
    void* private_data; // default_wake_function's: the task
    int (*func)(wait_queue_entry& entry, unsigned mode, int wake_flags, void* key);
    lib::list_head entry;
};

void init_waitqueue_head(wait_queue_head& wq);

inline bool waitqueue_active(wait_queue_head const& wq)
{
    return !lib::list_empty(wq.head);
}

// For the current task; autoremove_wake_function takes the entry from its queue.
void init_wait_entry(wait_queue_entry& entry, unsigned flags);
int default_wake_function(wait_queue_entry& entry, unsigned mode, int wake_flags, void* key);
int autoremove_wake_function(wait_queue_entry& entry, unsigned mode, int wake_flags, void* key);

void add_wait_queue(wait_queue_head& wq, wait_queue_entry& entry);
void add_wait_queue_exclusive(wait_queue_head& wq, wait_queue_entry& entry);
void remove_wait_queue(wait_queue_head& wq, wait_queue_entry& entry);

// Queue the entry, unless it is queued, and set the current task's state; then look once more at
// the condition before schedule(). finish_wait() undoes both.
void prepare_to_wait(wait_queue_head& wq, wait_queue_entry& entry, unsigned state);
void prepare_to_wait_exclusive(wait_queue_head& wq, wait_queue_entry& entry, unsigned state);
void finish_wait(wait_queue_head& wq, wait_queue_entry& entry);

// Wake those whose state is among `mode`: at most `nr_exclusive` exclusive ones, 0 meaning all.
void __wake_up(wait_queue_head& wq, unsigned mode, int nr_exclusive, void* key);
void __wake_up_locked(wait_queue_head& wq, unsigned mode, int nr_exclusive, void* key);

void wake_up(wait_queue_head& wq);
void wake_up_all(wait_queue_head& wq);
void wake_up_interruptible(wait_queue_head& wq);

inline constexpr long MAX_SCHEDULE_TIMEOUT = __LONG_MAX__;

// Sleep for `timeout` jiffies, after set_current_state(), or until woken; returns what is left.
long schedule_timeout(long timeout);

// Until `condition()` is true, or `timeout` jiffies have passed: then 0, else what was left of
// them, at least 1.
template<class Condition>
long wait_event_timeout(wait_queue_head& wq, Condition condition, long timeout,
                        unsigned state = 2 /* TASK_UNINTERRUPTIBLE */)
{
    wait_queue_entry entry;
    init_wait_entry(entry, 0);
    bool done = condition();
    while (!done && timeout != 0) {
        prepare_to_wait(wq, entry, state);
        done = condition();
        if (!done)
            timeout = schedule_timeout(timeout);
    }
    finish_wait(wq, entry);
    return !condition() ? 0 : timeout > 0 ? timeout : 1;
}

template<class Condition>
void wait_event(wait_queue_head& wq, Condition condition, unsigned state = 2)
{
    wait_event_timeout(wq, condition, MAX_SCHEDULE_TIMEOUT, state);
}

} // namespace pagelab::kernel
