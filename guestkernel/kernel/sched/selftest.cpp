// Threads: that they run, take turns, sleep as long as they should, end, and leave nothing behind.
#include "guestkernel/kernel/sched/selftest.hpp"

#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/sched/fork.hpp"
#include "guestkernel/kernel/sched/kthread.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/kernel/sched/timer.hpp"
#include "guestkernel/kernel/smp.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/kernel/vmalloc.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/slab/slab.hpp"
#include "guestkernel/mm/pcp.hpp"

namespace pagelab::kernel {

namespace {

constexpr int kEintr = 4;
constexpr unsigned kSpinners = 2;

int count_until_stopped(void* data)
{
    auto& count = *static_cast<unsigned long volatile*>(data);
    while (!kthread_should_stop())
        count = count + 1;
    return 7;
}

int return_at_once(void* data)
{
    return static_cast<int>(reinterpret_cast<intptr_t>(data));
}

int sleep_until_stopped(void*)
{
    set_current_state(TASK_INTERRUPTIBLE);
    while (!kthread_should_stop()) {
        schedule();
        set_current_state(TASK_INTERRUPTIBLE);
    }
    set_current_state(TASK_RUNNING);
    return 0;
}

void stop(selftest::context& t)
{
    unsigned long count = 0;
    task_struct* const p = kthread_run(count_until_stopped, &count, "counter/%d", 3);
    EXPECT(t, p != nullptr);
    EXPECT(t, p->comm[0] == 'c' && p->comm[8] == '3' && p->comm[9] == '\0');
    msleep(20);
    EXPECT(t, kthread_stop(*p) == 7);
    EXPECT(t, count > 0);
}

void stop_before_it_ran(selftest::context& t)
{
    task_struct* const p = kthread_create(return_at_once, nullptr, "never");
    EXPECT(t, p != nullptr);
    EXPECT(t, kthread_stop(*p) == -kEintr);
}

// Threads that never call the scheduler take turns, each for its slice.
void preemption(selftest::context& t)
{
    unsigned long counts[kSpinners] = {};
    task_struct* threads[kSpinners];
    for (unsigned i = 0; i < kSpinners; i++) {
        threads[i] = kthread_create(count_until_stopped, &counts[i], "spin/%u", i);
        EXPECT(t, threads[i] != nullptr);
        kthread_bind(*threads[i], 0);
        wake_up_process(*threads[i]);
    }
    msleep((kSpinners * RR_TIMESLICE + 5) * 1000 / HZ);
    for (task_struct* p : threads)
        EXPECT(t, kthread_stop(*p) == 7);
    for (unsigned long count : counts)
        EXPECT(t, count > 0);
}

void msleep_lasts(selftest::context& t)
{
    constexpr unsigned kDurations[] = {1, 4, 10, 50};
    for (unsigned ms : kDurations) {
        uint64_t const before = ktime_get_ns();
        msleep(ms);
        uint64_t const slept = ktime_get_ns() - before;
        EXPECT(t, slept >= ms * 1'000'000);
        EXPECT(t, slept <= (ms + 20) * 1'000'000);
    }
}

void park(selftest::context& t)
{
    auto const work = [](void* data) {
        auto& count = *static_cast<unsigned long volatile*>(data);
        while (!kthread_should_stop()) {
            count = count + 1;
            if (kthread_should_park())
                kthread_parkme();
            schedule();
        }
        return 0;
    };
    unsigned long volatile count = 0;
    task_struct* const p = kthread_run(work, const_cast<unsigned long*>(&count), "parked");
    EXPECT(t, p != nullptr);
    EXPECT(t, kthread_park(*p) == 0);
    unsigned long const parked_at = count;
    msleep(12);
    EXPECT(t, count == parked_at);
    kthread_unpark(*p);
    msleep(12);
    EXPECT(t, count > parked_at);
    EXPECT(t, kthread_stop(*p) == 0);
}

// As many threads as there are CPUs run at the same time, one on each.
void every_cpu(selftest::context& t)
{
    unsigned const cpus = num_online_cpus();
    auto* const counts = t.take_scratch<unsigned long>(cpus);
    auto* const threads = t.take_scratch<task_struct*>(cpus);
    EXPECT(t, threads != nullptr);
    for (unsigned i = 0; i < cpus; i++) {
        threads[i] = kthread_create(count_until_stopped, &counts[i], "bound/%u", i);
        EXPECT(t, threads[i] != nullptr);
        kthread_bind(*threads[i], i);
        wake_up_process(*threads[i]);
    }
    msleep(20);
    for (unsigned i = 0; i < cpus; i++) {
        EXPECT(t, threads[i]->cpu == i);
        EXPECT(t, kthread_stop(*threads[i]) == 7);
        EXPECT(t, counts[i] > 0);
    }
}

// Free pages, when nothing is kept for later.
unsigned long settled_free_pages()
{
    msleep(20); // kthreadd frees what has died
    mm::purge_vmap_area_lazy(vmalloc_memory().space);
    mm::list_head const& caches = slab_caches().list; // CPUs keep slabs
    for (mm::list_head* link = caches.next; link != &caches; link = link->next)
        mm::kmem_cache_shrink(*CONTAINER_OF(link, mm::kmem_cache, list));
    mm::drain_all_pages(node());
    return mm::nr_free_pages(node());
}

// Threads that end, are stopped, or never start, with what others hold of them.
void make_and_end_threads(selftest::context& t)
{
    for (int i = 0; i < 20; i++) {
        task_struct* const ends = kthread_create(return_at_once, nullptr, "ends");
        task_struct* const stopped = kthread_run(sleep_until_stopped, nullptr, "stopped");
        task_struct* const unborn = kthread_create(return_at_once, nullptr, "unborn");
        EXPECT(t, ends != nullptr && stopped != nullptr && unborn != nullptr);
        get_task_struct(*ends);
        wake_up_process(*ends);
        wait_for_completion(ends->exited);
        EXPECT(t, ends->exit_code == 0);
        put_task_struct(*ends);
        EXPECT(t, kthread_stop(*unborn) == -kEintr);
        int const result = kthread_stop(*stopped);
        EXPECT(t, result == 0 || result == -kEintr);
    }
}

// Each CPU's caches fill in the first rounds; a page lost in each would show for ever.
void leaves_nothing(selftest::context& t)
{
    constexpr unsigned kRounds = 10;
    unsigned const threads_before = nr_threads();
    unsigned long free_before = ~0ul;
    bool is_settled = false;
    for (t.step = 0; t.step < kRounds && !is_settled; t.step++) {
        make_and_end_threads(t);
        RETURN_IF_FAILED(t);
        unsigned long const free_now = settled_free_pages();
        EXPECT(t, nr_threads() == threads_before);
        is_settled = free_now >= free_before;
        free_before = free_now;
    }
    EXPECT(t, is_settled);
}

constexpr selftest::test kTests[] = {
    {"stop", stop},
    {"stop_before_it_ran", stop_before_it_ran},
    {"preemption", preemption},
    {"msleep", msleep_lasts},
    {"park", park},
    {"every_cpu", every_cpu},
    {"wait_queue", test_wait_queue},
    {"completion", test_completion},
    {"mutex", test_mutex},
    {"semaphore", test_semaphore},
    {"rwsem", test_rwsem},
    {"kmap", test_kmap},
    {"timers", test_timers},
    {"work", test_work},
    {"delayed_work", test_delayed_work},
    {"workqueue", test_workqueue},
    {"leaves_nothing", leaves_nothing},
};

} // namespace

constinit selftest::suite const kThreadSuite = selftest::make_suite("threads", kTests);

} // namespace pagelab::kernel
