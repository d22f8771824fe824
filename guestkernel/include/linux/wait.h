// Wait queues: who waits for an event, and how they are woken. Source: Linux 6.1
// include/linux/wait.h; the layout is that of guestkernel/kernel/sched/wait.hpp.
#pragma once

#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#define WQ_FLAG_EXCLUSIVE 0x01

typedef struct wait_queue_head {
    spinlock_t lock;
    struct list_head head;
} wait_queue_head_t;

typedef struct wait_queue_entry wait_queue_entry_t;
typedef int (*wait_queue_func_t)(struct wait_queue_entry* entry, unsigned int mode, int flags,
                                 void* key);

#ifdef __cplusplus
#define __wait_private private_
#else
#define __wait_private private
#endif

struct wait_queue_entry {
    unsigned int flags;
    void* __wait_private; // the task
    wait_queue_func_t func;
    struct list_head entry;
};

__BEGIN_DECLS
void __init_waitqueue_head(struct wait_queue_head* queue, char const* name, void* key);
void init_wait_entry(struct wait_queue_entry* entry, int flags);
int default_wake_function(struct wait_queue_entry* entry, unsigned int mode, int flags, void* key);
int autoremove_wake_function(struct wait_queue_entry* entry, unsigned int mode, int flags,
                             void* key);
void add_wait_queue(struct wait_queue_head* queue, struct wait_queue_entry* entry);
void add_wait_queue_exclusive(struct wait_queue_head* queue, struct wait_queue_entry* entry);
void remove_wait_queue(struct wait_queue_head* queue, struct wait_queue_entry* entry);
void prepare_to_wait(struct wait_queue_head* queue, struct wait_queue_entry* entry, int state);
bool prepare_to_wait_exclusive(struct wait_queue_head* queue, struct wait_queue_entry* entry,
                               int state);
void finish_wait(struct wait_queue_head* queue, struct wait_queue_entry* entry);
int __wake_up(struct wait_queue_head* queue, unsigned int mode, int nr_exclusive, void* key);
__END_DECLS

// clang-format off
#define __WAIT_QUEUE_HEAD_INITIALIZER(name) {__SPIN_LOCK_UNLOCKED(), {&(name).head, &(name).head}}
// clang-format on
#define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK DECLARE_WAIT_QUEUE_HEAD
#define init_waitqueue_head(queue) __init_waitqueue_head((queue), #queue, NULL)
#define DEFINE_WAIT_FUNC(name, function)                                                           \
    struct wait_queue_entry name = {0, current, function, {&(name).entry, &(name).entry}}
#define DEFINE_WAIT(name) DEFINE_WAIT_FUNC(name, autoremove_wake_function)
#define DECLARE_WAITQUEUE(name, task)                                                              \
    struct wait_queue_entry name = {0, task, default_wake_function, {NULL, NULL}}

static inline int waitqueue_active(struct wait_queue_head* queue)
{
    return !list_empty(&queue->head);
}

#define wake_up(queue) __wake_up(queue, TASK_NORMAL, 1, NULL)
#define wake_up_nr(queue, n) __wake_up(queue, TASK_NORMAL, n, NULL)
#define wake_up_all(queue) __wake_up(queue, TASK_NORMAL, 0, NULL)
#define wake_up_interruptible(queue) __wake_up(queue, TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_interruptible_all(queue) __wake_up(queue, TASK_INTERRUPTIBLE, 0, NULL)

// Sleeps until the condition holds or `timeout` jiffies have passed; how many of them were left,
// at least 1 if it holds.
#define ___wait_event_timeout(queue, condition, state, timeout)                                    \
    ({                                                                                             \
        long __left = (timeout);                                                                   \
        bool __holds = !!(condition);                                                              \
        if (!__holds) {                                                                            \
            struct wait_queue_entry __entry;                                                       \
            init_wait_entry(&__entry, 0);                                                          \
            for (;;) {                                                                             \
                prepare_to_wait(&(queue), &__entry, (state));                                      \
                __holds = !!(condition);                                                           \
                if (__holds || __left == 0)                                                        \
                    break;                                                                         \
                __left = schedule_timeout(__left);                                                 \
            }                                                                                      \
            finish_wait(&(queue), &__entry);                                                       \
        }                                                                                          \
        __holds&& __left == 0 ? 1L : (__holds ? __left : 0L);                                      \
    })
#define wait_event_timeout(queue, condition, timeout)                                              \
    ___wait_event_timeout(queue, condition, TASK_UNINTERRUPTIBLE, timeout)
#define wait_event_interruptible_timeout(queue, condition, timeout)                                \
    ___wait_event_timeout(queue, condition, TASK_INTERRUPTIBLE, timeout)
#define wait_event(queue, condition)                                                               \
    ((void)___wait_event_timeout(queue, condition, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT))
#define wait_event_idle(queue, condition)                                                          \
    ((void)___wait_event_timeout(queue, condition, TASK_IDLE, MAX_SCHEDULE_TIMEOUT))
#define wait_event_interruptible(queue, condition)                                                 \
    ({                                                                                             \
        (void)___wait_event_timeout(queue, condition, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);   \
        0;                                                                                         \
    })
#define wait_event_killable(queue, condition) wait_event_interruptible(queue, condition)
