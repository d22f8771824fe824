// A state under the wait queue's lock, tried again at each wake-up.
#include "guestkernel/kernel/sched/mutex.hpp"

#include "guestkernel/kernel/sched/sched.hpp"

namespace pagelab::kernel {

namespace {

// Whether `condition` held, and then `take` was done, under the queue's lock.
template<class Condition, class Take>
bool try_take(wait_queue_head& wait, Condition condition, Take take)
{
    unsigned long flags;
    lib::spin_lock_irqsave(wait.lock, flags);
    bool const may = condition();
    if (may)
        take();
    lib::spin_unlock_irqrestore(wait.lock, flags);
    return may;
}

// Sleeps until `try_it` succeeds, one waiter being woken at a time. False: `timeout` is over.
template<class Try>
bool sleep_for(wait_queue_head& wait, Try try_it, long timeout)
{
    wait_queue_entry entry;
    init_wait_entry(entry, WQ_FLAG_EXCLUSIVE);
    bool taken = try_it();
    while (!taken && timeout != 0) {
        prepare_to_wait_exclusive(wait, entry, TASK_UNINTERRUPTIBLE);
        taken = try_it();
        if (!taken) {
            timeout = schedule_timeout(timeout);
            taken = try_it();
        }
    }
    finish_wait(wait, entry);
    return taken;
}

template<class Change>
void change_and_wake(wait_queue_head& wait, Change change, int nr_exclusive)
{
    unsigned long flags;
    lib::spin_lock_irqsave(wait.lock, flags);
    change();
    __wake_up_locked(wait, TASK_NORMAL, nr_exclusive, nullptr);
    lib::spin_unlock_irqrestore(wait.lock, flags);
}

} // namespace

void mutex_init(mutex& lock)
{
    lock.owner = nullptr;
    init_waitqueue_head(lock.wait);
}

bool mutex_trylock(mutex& lock)
{
    task_struct* unlocked = nullptr;
    return __atomic_compare_exchange_n(&lock.owner, &unlocked, &get_current(), false,
                                       __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

void mutex_lock(mutex& lock)
{
    if (!mutex_trylock(lock))
        sleep_for(
            lock.wait, [&lock] { return mutex_trylock(lock); }, MAX_SCHEDULE_TIMEOUT);
}

// Sequentially consistent, as the waiter's steps: it queues itself and then looks at the owner.
void mutex_unlock(mutex& lock)
{
    __atomic_store_n(&lock.owner, nullptr, __ATOMIC_SEQ_CST);
    if (waitqueue_active(lock.wait))
        wake_up(lock.wait);
}

bool mutex_is_locked(mutex const& lock)
{
    return __atomic_load_n(&lock.owner, __ATOMIC_RELAXED) != nullptr;
}

void sema_init(semaphore& sem, unsigned count)
{
    init_waitqueue_head(sem.wait);
    sem.count = count;
}

bool down_trylock(semaphore& sem)
{
    return try_take(
        sem.wait, [&sem] { return sem.count > 0; }, [&sem] { sem.count--; });
}

bool down_timeout(semaphore& sem, long timeout)
{
    return sleep_for(
        sem.wait, [&sem] { return down_trylock(sem); }, timeout);
}

void down(semaphore& sem)
{
    down_timeout(sem, MAX_SCHEDULE_TIMEOUT);
}

void up(semaphore& sem)
{
    change_and_wake(
        sem.wait, [&sem] { sem.count++; }, 1);
}

void init_rwsem(rw_semaphore& sem)
{
    init_waitqueue_head(sem.wait);
    sem.count = 0;
    sem.waiting_writers = 0;
}

bool down_read_trylock(rw_semaphore& sem)
{
    return try_take(
        sem.wait, [&sem] { return sem.count >= 0 && sem.waiting_writers == 0; },
        [&sem] { sem.count++; });
}

void down_read(rw_semaphore& sem)
{
    sleep_for(
        sem.wait, [&sem] { return down_read_trylock(sem); }, MAX_SCHEDULE_TIMEOUT);
}

void up_read(rw_semaphore& sem)
{
    change_and_wake(
        sem.wait, [&sem] { sem.count--; }, 0);
}

bool down_write_trylock(rw_semaphore& sem)
{
    return try_take(
        sem.wait, [&sem] { return sem.count == 0; }, [&sem] { sem.count = -1; });
}

void down_write(rw_semaphore& sem)
{
    __atomic_fetch_add(&sem.waiting_writers, 1, __ATOMIC_SEQ_CST);
    sleep_for(
        sem.wait, [&sem] { return down_write_trylock(sem); }, MAX_SCHEDULE_TIMEOUT);
    __atomic_fetch_sub(&sem.waiting_writers, 1, __ATOMIC_SEQ_CST);
}

void up_write(rw_semaphore& sem)
{
    change_and_wake(
        sem.wait, [&sem] { sem.count = 0; }, 0);
}

} // namespace pagelab::kernel
