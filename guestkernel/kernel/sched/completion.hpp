// Completions: one side waits until the other has done its part, whichever comes first.
//
// complete() lets one waiter through, now or later; complete_all() every one from then on.
// Source: Linux 6.1 include/linux/completion.h, kernel/sched/completion.c.
#pragma once

#include "guestkernel/kernel/sched/wait.hpp"

namespace pagelab::kernel {

struct completion {
    unsigned done; // how many may pass; UINT_MAX: all
    wait_queue_head wait;
};

void init_completion(completion& x);
inline void reinit_completion(completion& x)
{
    x.done = 0;
}

// Anywhere.
void complete(completion& x);
void complete_all(completion& x);
bool completion_done(completion& x);
bool try_wait_for_completion(completion& x);

// In threads. With a timeout, in jiffies: what was left of it, at least 1; 0: it is over.
void wait_for_completion(completion& x);
unsigned long wait_for_completion_timeout(completion& x, unsigned long timeout);

} // namespace pagelab::kernel
