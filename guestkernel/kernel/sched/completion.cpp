// A count under the wait queue's lock.
#include "guestkernel/kernel/sched/completion.hpp"

#include "guestkernel/kernel/sched/task.hpp"

namespace pagelab::kernel {

namespace {

constexpr unsigned kForAll = ~0u;

void complete_with(completion& x, unsigned done, int nr_exclusive)
{
    unsigned long flags;
    lib::spin_lock_irqsave(x.wait.lock, flags);
    x.done = done == kForAll || x.done == kForAll ? kForAll : x.done + done;
    __wake_up_locked(x.wait, TASK_NORMAL, nr_exclusive, nullptr);
    lib::spin_unlock_irqrestore(x.wait.lock, flags);
}

} // namespace

void init_completion(completion& x)
{
    x.done = 0;
    init_waitqueue_head(x.wait);
}

void complete(completion& x)
{
    complete_with(x, 1, 1);
}

void complete_all(completion& x)
{
    complete_with(x, kForAll, 0);
}

bool completion_done(completion& x)
{
    unsigned long flags;
    lib::spin_lock_irqsave(x.wait.lock, flags);
    bool const done = x.done != 0;
    lib::spin_unlock_irqrestore(x.wait.lock, flags);
    return done;
}

bool try_wait_for_completion(completion& x)
{
    unsigned long flags;
    lib::spin_lock_irqsave(x.wait.lock, flags);
    bool const done = x.done != 0;
    if (done && x.done != kForAll)
        x.done--;
    lib::spin_unlock_irqrestore(x.wait.lock, flags);
    return done;
}

unsigned long wait_for_completion_timeout(completion& x, unsigned long timeout)
{
    wait_queue_entry entry;
    init_wait_entry(entry, WQ_FLAG_EXCLUSIVE);
    auto left = static_cast<long>(timeout);
    bool done = try_wait_for_completion(x);
    while (!done && left != 0) {
        prepare_to_wait_exclusive(x.wait, entry, TASK_UNINTERRUPTIBLE);
        done = try_wait_for_completion(x);
        if (!done) {
            left = schedule_timeout(left);
            done = try_wait_for_completion(x);
        }
    }
    finish_wait(x.wait, entry);
    return !done ? 0 : left > 0 ? static_cast<unsigned long>(left) : 1;
}

void wait_for_completion(completion& x)
{
    wait_for_completion_timeout(x, static_cast<unsigned long>(MAX_SCHEDULE_TIMEOUT));
}

} // namespace pagelab::kernel
