// Reader/writer semaphores. Source: Linux 6.1 include/linux/rwsem.h; the layout is that of
// guestkernel/kernel/sched/mutex.hpp.
#pragma once

#include <linux/wait.h>

struct rw_semaphore {
    struct wait_queue_head wait; // its lock is the others'
    int count;                   // readers; -1: a writer
    unsigned int waiting_writers;
};

__BEGIN_DECLS
void __init_rwsem(struct rw_semaphore* sem, char const* name, void* key);
void down_read(struct rw_semaphore* sem);
int down_read_trylock(struct rw_semaphore* sem);
void up_read(struct rw_semaphore* sem);
void down_write(struct rw_semaphore* sem);
int down_write_trylock(struct rw_semaphore* sem);
void up_write(struct rw_semaphore* sem);
__END_DECLS

// clang-format off
#define __RWSEM_INITIALIZER(name) {__WAIT_QUEUE_HEAD_INITIALIZER((name).wait), 0, 0}
// clang-format on
#define DECLARE_RWSEM(name) struct rw_semaphore name = __RWSEM_INITIALIZER(name)
#define init_rwsem(sem) __init_rwsem((sem), #sem, NULL)
