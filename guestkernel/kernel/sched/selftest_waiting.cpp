// Several threads at one wait queue or lock: that all are let through, and in order.
#include "guestkernel/kernel/sched/selftest.hpp"

#include "guestkernel/kernel/highmem.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/page_alloc.hpp"
#include "guestkernel/kernel/sched/fork.hpp"
#include "guestkernel/kernel/sched/kthread.hpp"
#include "guestkernel/kernel/sched/mutex.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/kernel/sched/timer.hpp"
#include "guestkernel/mm/highmem.hpp"

namespace pagelab::kernel {

namespace {

constexpr unsigned kThreads = 4;
constexpr unsigned kRounds = 200;

// What the threads of one test share.
struct shared {
    wait_queue_head queue;
    completion go;
    completion done;
    mutex lock;
    semaphore places;
    rw_semaphore readers;
    unsigned volatile value;
    unsigned volatile inside;
    unsigned volatile most_inside;
    unsigned volatile damaged;
};

shared the; // one test at a time

void reset()
{
    init_waitqueue_head(the.queue);
    init_completion(the.go);
    init_completion(the.done);
    mutex_init(the.lock);
    sema_init(the.places, 2);
    init_rwsem(the.readers);
    the.value = 0;
    the.inside = 0;
    the.most_inside = 0;
    the.damaged = 0;
}

// Starts kThreads threads in `body`, each of which ends by completing `done`.
bool start(int (*body)(void*))
{
    for (unsigned i = 0; i < kThreads; i++) {
        auto* const number = reinterpret_cast<void*>(uintptr_t{i});
        if (kthread_run(body, number, "waiter/%u", i) == nullptr)
            return false;
    }
    return true;
}

bool all_done()
{
    for (unsigned i = 0; i < kThreads; i++) {
        if (wait_for_completion_timeout(the.done, 60 * HZ) == 0)
            return false;
    }
    return true;
}

// Inside what at most so many may be in; others get their chance to be there too.
void be_inside()
{
    unsigned const now = __atomic_add_fetch(&the.inside, 1, __ATOMIC_SEQ_CST);
    if (now > the.most_inside)
        the.most_inside = now;
    unsigned const value = the.value;
    yield();
    the.value = value + 1;
    __atomic_sub_fetch(&the.inside, 1, __ATOMIC_SEQ_CST);
}

int wait_for_value(void* number)
{
    auto const turn = static_cast<unsigned>(reinterpret_cast<uintptr_t>(number));
    for (unsigned i = turn; i < kRounds; i += kThreads) {
        wait_event(the.queue, [i] { return the.value == i; });
        the.value = i + 1;
        wake_up_all(the.queue);
    }
    complete(the.done);
    return 0;
}

int pass_completion(void*)
{
    wait_for_completion(the.go);
    __atomic_add_fetch(&the.value, 1, __ATOMIC_SEQ_CST);
    complete(the.done);
    return 0;
}

int lock_and_count(void*)
{
    for (unsigned i = 0; i < kRounds; i++) {
        mutex_lock(the.lock);
        be_inside();
        mutex_unlock(the.lock);
    }
    complete(the.done);
    return 0;
}

int take_a_place(void*)
{
    for (unsigned i = 0; i < kRounds; i++) {
        down(the.places);
        be_inside();
        up(the.places);
    }
    complete(the.done);
    return 0;
}

// Thread 0 writes, the others read.
int read_or_write(void* number)
{
    for (unsigned i = 0; i < kRounds; i++) {
        if (number == nullptr) {
            down_write(the.readers);
            be_inside();
            up_write(the.readers);
        } else {
            down_read(the.readers);
            unsigned const before = the.value;
            yield();
            if (the.value != before || the.inside != 0)
                the.damaged = the.damaged + 1;
            up_read(the.readers);
        }
    }
    complete(the.done);
    return 0;
}

int map_page(void* page)
{
    the.value = 1;
    kmap(*static_cast<mm::page*>(page));
    the.value = 2;
    kunmap(*static_cast<mm::page*>(page));
    complete(the.done);
    return 0;
}

} // namespace

// In turns: each is woken by the one before.
void test_wait_queue(selftest::context& t)
{
    reset();
    EXPECT(t, start(wait_for_value));
    EXPECT(t, all_done());
    EXPECT(t, the.value == kRounds);
    EXPECT(t, !waitqueue_active(the.queue));
    unsigned long const before = jiffies;
    EXPECT(t, wait_event_timeout(
                  the.queue, [] { return false; }, 5) == 0);
    EXPECT(t, jiffies - before >= 5);
    EXPECT(t, wait_event_timeout(
                  the.queue, [] { return true; }, 5) == 5);
}

void test_completion(selftest::context& t)
{
    reset();
    EXPECT(t, start(pass_completion));
    msleep(8);
    EXPECT(t, the.value == 0);
    complete(the.go);
    EXPECT(t, wait_for_completion_timeout(the.done, HZ) > 0);
    msleep(8);
    EXPECT(t, the.value == 1);
    complete_all(the.go);
    complete(the.done); // that of the one above
    EXPECT(t, all_done());
    EXPECT(t, the.value == kThreads);
    EXPECT(t, completion_done(the.go) && try_wait_for_completion(the.go));
    EXPECT(t, !try_wait_for_completion(the.done));
    EXPECT(t, wait_for_completion_timeout(the.done, 2) == 0);
}

void test_mutex(selftest::context& t)
{
    reset();
    EXPECT(t, start(lock_and_count));
    EXPECT(t, all_done());
    EXPECT(t, the.value == kThreads * kRounds);
    EXPECT(t, the.most_inside == 1);
    EXPECT(t, !mutex_is_locked(the.lock));
    EXPECT(t, mutex_trylock(the.lock));
    EXPECT(t, !mutex_trylock(the.lock));
    mutex_unlock(the.lock);
}

void test_semaphore(selftest::context& t)
{
    reset();
    EXPECT(t, start(take_a_place));
    EXPECT(t, all_done());
    EXPECT(t, the.most_inside == 2);
    EXPECT(t, the.places.count == 2);
    EXPECT(t, down_trylock(the.places) && down_trylock(the.places) && !down_trylock(the.places));
    EXPECT(t, !down_timeout(the.places, 2));
}

// With all slots taken kmap sleeps until one is given back. Needs high memory.
void test_kmap(selftest::context& t)
{
    constexpr unsigned kSlots = 512;
    reset();
    auto* const pages = t.take_scratch<mm::page*>(kSlots + 1);
    EXPECT(t, pages != nullptr);
    unsigned taken = 0;
    while (taken <= kSlots && (pages[taken] = alloc_page(mm::GFP_HIGHUSER)) != nullptr)
        taken++;
    auto const is_high = [&](unsigned i) { return mm::page_highmem(node(), *pages[i]); };
    unsigned mapped = 0;
    while (mapped < taken && is_high(mapped) && kmap_nowait(*pages[mapped]) != nullptr)
        mapped++;
    bool const is_full = mapped == kSlots && mapped < taken && is_high(mapped);
    bool slept = false;
    bool woken = false;
    if (is_full && kthread_run(map_page, pages[mapped], "mapper") != nullptr) {
        msleep(20);
        slept = the.value == 1;
        kunmap(*pages[--mapped]);
        woken = wait_for_completion_timeout(the.done, HZ) > 0;
    }
    while (mapped > 0)
        kunmap(*pages[--mapped]);
    while (taken > 0)
        __free_page(pages[--taken]);
    if (!is_full)
        t.skipped = "no high memory";
    EXPECT(t, !is_full || (slept && woken));
}

void test_rwsem(selftest::context& t)
{
    reset();
    EXPECT(t, start(read_or_write));
    EXPECT(t, all_done());
    EXPECT(t, the.value == kRounds);
    EXPECT(t, the.damaged == 0);
    EXPECT(t, the.readers.count == 0 && the.readers.waiting_writers == 0);
}

} // namespace pagelab::kernel
