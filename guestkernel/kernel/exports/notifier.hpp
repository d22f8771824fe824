// Lists of functions that want to know of an event, as modules have them.
//
// Source: Linux 6.1 include/linux/notifier.h.
#pragma once

#include "guestkernel/kernel/sched/mutex.hpp"

namespace pagelab::kernel {

struct notifier_block {
    int (*notifier_call)(notifier_block* block, unsigned long action, void* data);
    notifier_block* next;
    int priority;
};

struct raw_notifier_head {
    notifier_block* head;
};

struct atomic_notifier_head {
    lib::spinlock_t lock;
    notifier_block* head;
};

struct blocking_notifier_head {
    rw_semaphore rwsem;
    notifier_block* head;
};

} // namespace pagelab::kernel
