// Timers and work: that they come in their time, and once.
#include "guestkernel/kernel/sched/selftest.hpp"

#include "guestkernel/kernel/sched/workqueue.hpp"

namespace pagelab::kernel {

namespace {

constexpr unsigned kWorks = 4;

unsigned volatile inside; // works that run now, and at most did
unsigned volatile most_inside;

struct recorded_timer {
    timer_list timer;
    unsigned long fired_at; // jiffies; 0: not yet
};

void record(timer_list& timer)
{
    CONTAINER_OF(&timer, recorded_timer, timer)->fired_at = jiffies;
}

struct recorded_work {
    delayed_work dwork;
    unsigned long ran_at;
    unsigned volatile runs;
    unsigned sleep_ms;
};

void run_recorded(work_struct& work)
{
    auto& r = *CONTAINER_OF(&to_delayed_work(work), recorded_work, dwork);
    if (__atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST) > most_inside)
        most_inside = inside;
    if (r.sleep_ms > 0)
        msleep(r.sleep_ms);
    r.ran_at = jiffies;
    r.runs = r.runs + 1;
    __atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
}

void init_recorded(recorded_work& r)
{
    r = {};
    init_delayed_work(r.dwork, run_recorded);
}

} // namespace

void test_timers(selftest::context& t)
{
    recorded_timer timers[4] = {};
    unsigned long const start_time = jiffies;
    unsigned long const delays[4] = {9, 3, 6, 3};
    for (unsigned i = 0; i < 4; i++) {
        timer_setup(timers[i].timer, record, 0);
        EXPECT(t, !mod_timer(timers[i].timer, start_time + delays[i]));
        EXPECT(t, timer_pending(timers[i].timer));
    }
    EXPECT(t, mod_timer(timers[2].timer, start_time + 5));
    EXPECT(t, del_timer(timers[3].timer) && !del_timer(timers[3].timer));
    msleep(60);
    EXPECT(t, timers[0].fired_at >= start_time + 9 && timers[0].fired_at <= start_time + 11);
    EXPECT(t, timers[1].fired_at >= start_time + 3 && timers[1].fired_at <= start_time + 5);
    EXPECT(t, timers[2].fired_at >= start_time + 5 && timers[2].fired_at <= start_time + 7);
    EXPECT(t, timers[3].fired_at == 0);
    EXPECT(t, !timer_pending(timers[0].timer) && !del_timer_sync(timers[0].timer));
}

void test_work(selftest::context& t)
{
    inside = 0;
    most_inside = 0;
    recorded_work works[kWorks];
    for (recorded_work& r : works) {
        init_recorded(r);
        r.sleep_ms = 8;
        EXPECT(t, schedule_work(r.dwork.work));
        EXPECT(t, !schedule_work(r.dwork.work));
    }
    for (recorded_work& r : works) {
        flush_work(r.dwork.work);
        EXPECT(t, r.runs == 1);
        EXPECT(t, !flush_work(r.dwork.work));
    }
    EXPECT(t, most_inside > 1); // while one sleeps others run
    recorded_work& again = works[0];
    EXPECT(t, schedule_work(again.dwork.work));
    msleep(4);
    schedule_work(again.dwork.work); // while it runs: once more
    EXPECT(t, flush_work(again.dwork.work));
    EXPECT(t, again.runs == 3);
    EXPECT(t, !cancel_work_sync(again.dwork.work));
}

void test_delayed_work(selftest::context& t)
{
    inside = 0;
    most_inside = 0;
    recorded_work r;
    init_recorded(r);
    unsigned long const before = jiffies;
    EXPECT(t, schedule_delayed_work(r.dwork, 5));
    EXPECT(t, !schedule_delayed_work(r.dwork, 1));
    msleep(60);
    EXPECT(t, r.runs == 1 && r.ran_at >= before + 5);
    EXPECT(t, schedule_delayed_work(r.dwork, HZ));
    EXPECT(t, cancel_delayed_work_sync(r.dwork));
    EXPECT(t, !cancel_delayed_work_sync(r.dwork));
    EXPECT(t, schedule_delayed_work(r.dwork, HZ));
    EXPECT(t, flush_delayed_work(r.dwork));
    EXPECT(t, r.runs == 2);
}

// An ordered queue runs one at a time; flushing waits for all; destroying leaves nothing.
void test_workqueue(selftest::context& t)
{
    inside = 0;
    most_inside = 0;
    workqueue_struct* const wq = alloc_workqueue("ordered", __WQ_ORDERED, 0);
    EXPECT(t, wq != nullptr);
    recorded_work works[kWorks];
    for (recorded_work& r : works) {
        init_recorded(r);
        r.sleep_ms = 4;
        EXPECT(t, queue_work(*wq, r.dwork.work));
    }
    flush_workqueue(*wq);
    for (recorded_work& r : works)
        EXPECT(t, r.runs == 1);
    EXPECT(t, most_inside == 1);
    EXPECT(t, queue_work(*wq, works[0].dwork.work));
    destroy_workqueue(*wq);
    EXPECT(t, works[0].runs == 2);
}

} // namespace pagelab::kernel
