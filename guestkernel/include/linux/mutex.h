// Mutexes: held by one task, which alone may unlock it; waiters sleep. Source: Linux 6.1
// include/linux/mutex.h; the layout is that of guestkernel/kernel/sched/mutex.hpp.
#pragma once

#include <linux/wait.h>

struct mutex {
    struct task_struct* owner; // null: unlocked
    struct wait_queue_head wait;
};

__BEGIN_DECLS
void __mutex_init(struct mutex* lock, char const* name, void* key);
void mutex_lock(struct mutex* lock);
int mutex_trylock(struct mutex* lock);
void mutex_unlock(struct mutex* lock);
bool mutex_is_locked(struct mutex* lock);
__END_DECLS

// clang-format off
#define __MUTEX_INITIALIZER(name) {NULL, __WAIT_QUEUE_HEAD_INITIALIZER((name).wait)}
// clang-format on
#define DEFINE_MUTEX(name) struct mutex name = __MUTEX_INITIALIZER(name)
#define mutex_init(mutex) __mutex_init((mutex), #mutex, NULL)
#define mutex_destroy(lock) ((void)(lock))

// Nothing interrupts a kernel thread: 0.
static inline int __must_check mutex_lock_interruptible(struct mutex* lock)
{
    mutex_lock(lock);
    return 0;
}

static inline int __must_check mutex_lock_killable(struct mutex* lock)
{
    return mutex_lock_interruptible(lock);
}
