// Locks whose waiters sleep: mutexes, counting semaphores, reader/writer semaphores.
//
// A mutex is held by one task, which alone may unlock it; for threads only. up() may be called by
// anyone, anywhere. Readers do not overtake a writer that waits.
// Source: Linux 6.1 include/linux/mutex.h, semaphore.h, rwsem.h.
#pragma once

#include "guestkernel/kernel/sched/wait.hpp"

namespace pagelab::kernel {

struct task_struct;

struct mutex {
    task_struct* owner; // null: unlocked
    wait_queue_head wait;
};

void mutex_init(mutex& lock);
void mutex_lock(mutex& lock);
bool mutex_trylock(mutex& lock); // whether it is ours now
void mutex_unlock(mutex& lock);
bool mutex_is_locked(mutex const& lock);

struct semaphore {
    wait_queue_head wait; // its lock is count's
    unsigned count;
};

void sema_init(semaphore& sem, unsigned count);
void down(semaphore& sem);
bool down_trylock(semaphore& sem);               // whether it got one (Linux': 0 if it did)
bool down_timeout(semaphore& sem, long timeout); // in jiffies; the same
void up(semaphore& sem);

struct rw_semaphore {
    wait_queue_head wait; // its lock is the others'
    int count;            // readers; -1: a writer
    unsigned waiting_writers;
};

void init_rwsem(rw_semaphore& sem);
void down_read(rw_semaphore& sem);
bool down_read_trylock(rw_semaphore& sem);
void up_read(rw_semaphore& sem);
void down_write(rw_semaphore& sem);
bool down_write_trylock(rw_semaphore& sem);
void up_write(rw_semaphore& sem);

} // namespace pagelab::kernel
