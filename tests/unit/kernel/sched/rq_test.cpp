#include "guestkernel/kernel/sched/rq.hpp"

#include <array>
#include <map>
#include <random>
#include <vector>

#include <doctest/doctest.h>

using namespace pagelab;
using namespace pagelab::kernel;

namespace {

struct Rig {
    task_struct idle{};
    std::array<task_struct, 4> tasks{};
    struct rq rq {};

    Rig()
    {
        idle.flags = PF_IDLE;
        rq_init(rq, 2, idle);
        for (auto& p : tasks)
            p.cpus_mask = kAllCpus;
    }
    size_t number(task_struct const* p) const { return static_cast<size_t>(p - tasks.data()); }
};

std::map<unsigned, unsigned> loads; // by CPU

unsigned load_of(unsigned cpu)
{
    return loads[cpu];
}

} // namespace

TEST_CASE("rq: first in, first out; idle when there is nobody")
{
    Rig rig;
    CHECK(&set_next_task(rig.rq) == &rig.idle);
    for (auto& p : rig.tasks)
        enqueue_task(rig.rq, p);
    CHECK(rig.rq.nr_running == 4);
    for (size_t i = 0; i < 4; i++) {
        CHECK(rig.number(&set_next_task(rig.rq)) == i);
        CHECK(rig.rq.curr->cpu == 2);
        deactivate_current(rig.rq);
        CHECK(!rig.rq.curr->on_rq);
    }
    CHECK(&set_next_task(rig.rq) == &rig.idle);
    CHECK(rig.rq.nr_running == 0);
}

TEST_CASE("rq: who is put back comes after all who wait; idle is not put back")
{
    Rig rig;
    put_prev_task(rig.rq);
    CHECK(&set_next_task(rig.rq) == &rig.idle);
    enqueue_task(rig.rq, rig.tasks[0]);
    enqueue_task(rig.rq, rig.tasks[1]);
    std::vector<size_t> order;
    for (unsigned i = 0; i < 4; i++) {
        order.push_back(rig.number(&set_next_task(rig.rq)));
        put_prev_task(rig.rq);
    }
    CHECK(order == std::vector<size_t>{0, 1, 0, 1});
    CHECK(rig.rq.nr_running == 2);
}

TEST_CASE("rq: a slice is 25 ticks, and ends only if someone waits")
{
    Rig rig;
    for (unsigned i = 0; i < 100; i++)
        CHECK(!task_tick(rig.rq)); // idle
    CHECK(rig.rq.idle_ticks == 100);
    enqueue_task(rig.rq, rig.tasks[0]);
    set_next_task(rig.rq);
    for (unsigned i = 0; i < 100; i++)
        CHECK(!task_tick(rig.rq)); // alone
    enqueue_task(rig.rq, rig.tasks[1]);
    unsigned ticks = 1;
    while (!task_tick(rig.rq))
        ticks++;
    CHECK(ticks == RR_TIMESLICE);
    CHECK(rig.tasks[0].stime == 100 + RR_TIMESLICE);
    CHECK(rig.rq.busy_ticks == 100 + RR_TIMESLICE);
}

TEST_CASE("rq: another CPU takes the first that may run there, never the current one")
{
    Rig rig;
    for (auto& p : rig.tasks)
        enqueue_task(rig.rq, p);
    set_next_task(rig.rq);
    rig.tasks[1].cpus_mask = cpumask_of(2);
    CHECK(detach_task(rig.rq, 5) == &rig.tasks[2]);
    CHECK(detach_task(rig.rq, 5) == &rig.tasks[3]);
    CHECK(detach_task(rig.rq, 5) == nullptr);
    CHECK(rig.rq.nr_running == 2);
    CHECK(&set_next_task(rig.rq) == &rig.tasks[1]);
}

TEST_CASE("a CPU is chosen: the one before if idle, else an idle one, else the least loaded")
{
    loads = {{0, 1}, {1, 0}, {2, 3}, {3, 0}};
    CHECK(select_task_rq(1, 0xf, load_of) == 1);
    CHECK(select_task_rq(2, 0xf, load_of) == 3);
    CHECK(select_task_rq(0, 0x5, load_of) == 0);
    CHECK(select_task_rq(2, 0x5, load_of) == 0);
    CHECK(select_task_rq(1, 0x4, load_of) == 2); // the only one allowed
    loads = {{0, 2}, {1, 2}};
    CHECK(select_task_rq(1, 0x3, load_of) == 1); // as good as any: stay
    CHECK(select_task_rq(63, cpumask_of(63), load_of) == 63);
}

TEST_CASE("rq: any sequence keeps every task in one place, and the count right")
{
    Rig rig;
    std::mt19937 random(7);
    for (unsigned step = 0; step < 10'000; step++) {
        auto& p = rig.tasks[random() % 4];
        switch (random() % 4) {
        case 0:
            if (!p.on_rq)
                enqueue_task(rig.rq, p);
            break;
        case 1:
            if (rig.rq.curr != &rig.idle)
                deactivate_current(rig.rq);
            set_next_task(rig.rq);
            break;
        case 2:
            put_prev_task(rig.rq);
            set_next_task(rig.rq);
            break;
        default:
            if (task_struct* const moved = detach_task(rig.rq, 1))
                moved->on_rq = false;
        }
        unsigned waiting = 0;
        for (auto* link = rig.rq.queue.next; link != &rig.rq.queue; link = link->next) {
            CHECK(CONTAINER_OF(link, task_struct, run_list) != rig.rq.curr);
            waiting++;
        }
        CHECK(rig.rq.nr_running == waiting + (rig.rq.curr != &rig.idle ? 1 : 0));
    }
}

TEST_CASE("states have ps' letters")
{
    task_struct p{};
    auto const letter = [&p](unsigned state) {
        p.__state = state;
        return task_state_to_char(p);
    };
    CHECK(letter(TASK_RUNNING) == 'R');
    CHECK(letter(TASK_INTERRUPTIBLE) == 'S');
    CHECK(letter(TASK_UNINTERRUPTIBLE) == 'D');
    CHECK(letter(TASK_IDLE) == 'I');
    CHECK(letter(TASK_PARKED) == 'P');
    CHECK(letter(TASK_DEAD) == 'X');
}
