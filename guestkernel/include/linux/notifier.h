// Lists of functions that want to know of an event. Source: Linux 6.1 include/linux/notifier.h.
#pragma once

#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>

struct notifier_block;
typedef int (*notifier_fn_t)(struct notifier_block* block, unsigned long action, void* data);

struct notifier_block {
    notifier_fn_t notifier_call;
    struct notifier_block* next;
    int priority; // the highest first
};

struct raw_notifier_head {
    struct notifier_block* head;
};

struct atomic_notifier_head {
    spinlock_t lock;
    struct notifier_block* head;
};

struct blocking_notifier_head {
    struct rw_semaphore rwsem;
    struct notifier_block* head;
};

// clang-format off
#define RAW_NOTIFIER_INIT(name) {NULL}
#define ATOMIC_NOTIFIER_INIT(name) {__SPIN_LOCK_UNLOCKED((name).lock), NULL}
#define BLOCKING_NOTIFIER_INIT(name) {__RWSEM_INITIALIZER((name).rwsem), NULL}
// clang-format on
#define RAW_NOTIFIER_HEAD(name) struct raw_notifier_head name = RAW_NOTIFIER_INIT(name)
#define ATOMIC_NOTIFIER_HEAD(name) struct atomic_notifier_head name = ATOMIC_NOTIFIER_INIT(name)
#define BLOCKING_NOTIFIER_HEAD(name)                                                               \
    struct blocking_notifier_head name = BLOCKING_NOTIFIER_INIT(name)
#define RAW_INIT_NOTIFIER_HEAD(name) ((void)((name)->head = NULL))
#define ATOMIC_INIT_NOTIFIER_HEAD(name)                                                            \
    do {                                                                                           \
        spin_lock_init(&(name)->lock);                                                             \
        (name)->head = NULL;                                                                       \
    } while (0)
#define BLOCKING_INIT_NOTIFIER_HEAD(name)                                                          \
    do {                                                                                           \
        init_rwsem(&(name)->rwsem);                                                                \
        (name)->head = NULL;                                                                       \
    } while (0)

#define NOTIFY_DONE 0x0000
#define NOTIFY_OK 0x0001
#define NOTIFY_STOP_MASK 0x8000
#define NOTIFY_BAD (NOTIFY_STOP_MASK | 0x0002)
#define NOTIFY_STOP (NOTIFY_OK | NOTIFY_STOP_MASK)

__BEGIN_DECLS
int raw_notifier_chain_register(struct raw_notifier_head* chain, struct notifier_block* block);
int raw_notifier_chain_unregister(struct raw_notifier_head* chain, struct notifier_block* block);
int raw_notifier_call_chain(struct raw_notifier_head* chain, unsigned long action, void* data);
int atomic_notifier_chain_register(struct atomic_notifier_head* chain,
                                   struct notifier_block* block);
int atomic_notifier_chain_unregister(struct atomic_notifier_head* chain,
                                     struct notifier_block* block);
int atomic_notifier_call_chain(struct atomic_notifier_head* chain, unsigned long action,
                               void* data);
int blocking_notifier_chain_register(struct blocking_notifier_head* chain,
                                     struct notifier_block* block);
int blocking_notifier_chain_unregister(struct blocking_notifier_head* chain,
                                       struct notifier_block* block);
int blocking_notifier_call_chain(struct blocking_notifier_head* chain, unsigned long action,
                                 void* data);
__END_DECLS

static inline int notifier_from_errno(int error)
{
    return error != 0 ? NOTIFY_STOP_MASK | (NOTIFY_OK - error) : NOTIFY_OK;
}

static inline int notifier_to_errno(int value)
{
    value &= ~NOTIFY_STOP_MASK;
    return value > NOTIFY_OK ? NOTIFY_OK - value : 0;
}
