// Counting semaphores. Source: Linux 6.1 include/linux/semaphore.h; the layout is that of
// guestkernel/kernel/sched/mutex.hpp.
#pragma once

#include <linux/wait.h>

struct semaphore {
    struct wait_queue_head wait; // its lock is count's
    unsigned int count;
};

__BEGIN_DECLS
void down(struct semaphore* sem);
int __must_check down_trylock(struct semaphore* sem); // 0: got it
int __must_check down_timeout(struct semaphore* sem, long timeout);
int __must_check down_interruptible(struct semaphore* sem);
int __must_check down_killable(struct semaphore* sem);
void up(struct semaphore* sem);
__END_DECLS

// clang-format off
#define __SEMAPHORE_INITIALIZER(name, n) {__WAIT_QUEUE_HEAD_INITIALIZER((name).wait), (n)}
// clang-format on
#define DEFINE_SEMAPHORE(name) struct semaphore name = __SEMAPHORE_INITIALIZER(name, 1)

static inline void sema_init(struct semaphore* sem, int count)
{
    init_waitqueue_head(&sem->wait);
    sem->count = (unsigned int)count;
}
