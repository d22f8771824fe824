// Completions: one side waits until the other has done its part. Source: Linux 6.1
// include/linux/completion.h; the layout is that of guestkernel/kernel/sched/completion.hpp.
#pragma once

#include <linux/wait.h>

struct completion {
    unsigned int done; // how many may pass; UINT_MAX: all
    struct wait_queue_head wait;
};

__BEGIN_DECLS
void complete(struct completion* x);
void complete_all(struct completion* x);
bool completion_done(struct completion* x);
bool try_wait_for_completion(struct completion* x);
void wait_for_completion(struct completion* x);
unsigned long wait_for_completion_timeout(struct completion* x, unsigned long timeout);
__END_DECLS

// clang-format off
#define COMPLETION_INITIALIZER(name) {0, __WAIT_QUEUE_HEAD_INITIALIZER((name).wait)}
// clang-format on
#define DECLARE_COMPLETION(name) struct completion name = COMPLETION_INITIALIZER(name)
#define DECLARE_COMPLETION_ONSTACK(name) DECLARE_COMPLETION(name)

static inline void init_completion(struct completion* x)
{
    x->done = 0;
    init_waitqueue_head(&x->wait);
}

static inline void reinit_completion(struct completion* x)
{
    x->done = 0;
}

// Nothing interrupts a kernel thread: 0.
static inline int wait_for_completion_interruptible(struct completion* x)
{
    wait_for_completion(x);
    return 0;
}
