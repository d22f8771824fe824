#include "guestkernel/kernel/sched/wait.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/kernel/sched/sched.hpp"

using namespace pagelab;
using namespace pagelab::kernel;

namespace {

task_struct self;
std::vector<task_struct*> woken;
void (*while_asleep)() = nullptr; // what others do in schedule_timeout()
wait_queue_head queue;
completion done;

} // namespace

extern "C" {
DEFINE_PER_CPU(task_struct*, current_task) = &self;
}

// The scheduler's part: a task that sleeps is woken by its state, and asleep time passes.
bool kernel::try_to_wake_up(task_struct& p, unsigned state)
{
    if ((p.__state & state) == 0)
        return false;
    p.__state = TASK_RUNNING;
    woken.push_back(&p);
    return true;
}

long kernel::schedule_timeout(long timeout)
{
    if (self.__state != TASK_RUNNING && while_asleep != nullptr)
        while_asleep();
    self.__state = TASK_RUNNING;
    return timeout == MAX_SCHEDULE_TIMEOUT ? timeout : timeout - 1;
}

namespace {

struct Sleeper {
    task_struct task{};
    wait_queue_entry entry{};

    explicit Sleeper(unsigned state)
    {
        task.__state = state;
        init_wait_entry(entry, 0);
        entry.private_data = &task;
    }
};

void reset()
{
    woken.clear();
    while_asleep = nullptr;
    self.__state = TASK_RUNNING;
    init_waitqueue_head(queue);
    init_completion(done);
}

} // namespace

TEST_CASE("wake_up wakes all that are not exclusive and one that is, and takes them out")
{
    reset();
    Sleeper first(TASK_INTERRUPTIBLE), second(TASK_UNINTERRUPTIBLE);
    Sleeper only(TASK_INTERRUPTIBLE), next(TASK_INTERRUPTIBLE);
    add_wait_queue_exclusive(queue, only.entry);
    add_wait_queue_exclusive(queue, next.entry);
    add_wait_queue(queue, first.entry);
    add_wait_queue(queue, second.entry);
    wake_up(queue);
    CHECK(woken == std::vector{&second.task, &first.task, &only.task});
    CHECK(waitqueue_active(queue));
    wake_up_all(queue);
    CHECK(woken.back() == &next.task);
    CHECK(!waitqueue_active(queue));
}

TEST_CASE("who is awake already, or sleeps otherwise, does not count as woken")
{
    reset();
    Sleeper awake(TASK_RUNNING), deep(TASK_UNINTERRUPTIBLE), light(TASK_INTERRUPTIBLE);
    for (Sleeper* s : {&awake, &deep, &light})
        add_wait_queue_exclusive(queue, s->entry);
    wake_up_interruptible(queue);
    CHECK(woken == std::vector{&light.task});
    wake_up(queue);
    CHECK(woken.back() == &deep.task);
    CHECK(waitqueue_active(queue)); // awake: until it takes itself out
    remove_wait_queue(queue, awake.entry);
    CHECK(!waitqueue_active(queue));
}

TEST_CASE("wait_event looks before it sleeps, and again each time it was woken")
{
    reset();
    static unsigned looks, sleeps;
    looks = sleeps = 0;
    wait_event(queue, [] { return ++looks > 0; });
    CHECK(sleeps == 0);
    while_asleep = [] {
        CHECK(waitqueue_active(queue));
        sleeps++;
        wake_up(queue);
    };
    wait_event(queue, [] { return sleeps == 3; });
    CHECK(sleeps == 3);
    CHECK(self.__state == TASK_RUNNING);
    CHECK(!waitqueue_active(queue));
}

TEST_CASE("a timeout that passes gives 0; one that is met at the last moment gives 1")
{
    reset();
    static unsigned sleeps;
    sleeps = 0;
    while_asleep = [] { sleeps++; };
    CHECK(wait_event_timeout(
              queue, [] { return false; }, 4) == 0);
    CHECK(sleeps == 4);
    CHECK(!waitqueue_active(queue));
    CHECK(wait_event_timeout(
              queue, [] { return sleeps == 8; }, 4) == 1);
    CHECK(wait_event_timeout(
              queue, [] { return sleeps == 9; }, 4) == 3);
    CHECK(wait_event_timeout(
              queue, [] { return true; }, 0) == 1);
}

TEST_CASE("a completion lets through as many as it was completed, or all")
{
    reset();
    CHECK(!completion_done(done));
    complete(done);
    complete(done);
    wait_for_completion(done);
    CHECK(try_wait_for_completion(done));
    CHECK(!try_wait_for_completion(done));
    CHECK(wait_for_completion_timeout(done, 3) == 0);
    while_asleep = [] { complete(done); };
    CHECK(wait_for_completion_timeout(done, 3) == 2);
    complete_all(done);
    complete(done);
    for (unsigned i = 0; i < 5; i++)
        CHECK(try_wait_for_completion(done));
    CHECK(completion_done(done));
    reinit_completion(done);
    CHECK(!completion_done(done));
}

TEST_CASE("what completes wakes one waiter at a time")
{
    reset();
    Sleeper first(TASK_UNINTERRUPTIBLE), second(TASK_UNINTERRUPTIBLE);
    add_wait_queue_exclusive(done.wait, first.entry);
    add_wait_queue_exclusive(done.wait, second.entry);
    complete(done);
    CHECK(woken == std::vector{&first.task});
    complete_all(done);
    CHECK(woken.size() == 2);
}
