#include "guestkernel/kernel/sched/timer_base.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <random>

#include <doctest/doctest.h>

using namespace pagelab::kernel;

namespace {

constexpr unsigned long kMax = ~0ul;

} // namespace

TEST_CASE("timers: times compare across the wrap of jiffies")
{
    CHECK(time_after(2, 1));
    CHECK(!time_after(1, 1));
    CHECK(time_after_eq(1, 1));
    CHECK(time_after(3, kMax - 3));
    CHECK(!time_after_eq(kMax - 3, 3));
}

TEST_CASE("timers: they expire by time, those of one time as they were started")
{
    timer_base base;
    timer_base_init(base);
    std::array<timer_list, 5> timers{};
    unsigned long const expires[] = {30, 10, 20, 10, kMax};
    for (size_t i = 0; i < timers.size(); i++) {
        CHECK(!timer_pending(timers[i]));
        timers[i].expires = expires[i];
        enqueue_timer(base, timers[i]);
        CHECK(timer_pending(timers[i]));
    }
    // kMax is just before 0: long over.
    CHECK(next_expired(base, 5) == &timers[4]);
    CHECK(next_expired(base, 9) == nullptr);
    CHECK(has_expired(base, 10));
    CHECK(next_expired(base, 10) == &timers[1]);
    CHECK(!timer_pending(timers[1]));
    CHECK(next_expired(base, 10) == &timers[3]);
    CHECK(next_expired(base, 10) == nullptr);
    detach_timer(timers[2]);
    CHECK(next_expired(base, 100) == &timers[0]);
    CHECK(!has_expired(base, 1000));
}

TEST_CASE("timers: any sequence expires what a sorted map would")
{
    timer_base base;
    timer_base_init(base);
    std::array<timer_list, 50> timers{};
    std::multimap<unsigned long, timer_list*> model; // by distance from the start, which wraps
    unsigned long const start = kMax - 500;
    std::mt19937 random(3);
    for (unsigned long now = 0; now < 2000; now++) {
        timer_list& timer = timers[random() % timers.size()];
        if (timer_pending(timer)) {
            detach_timer(timer);
            std::erase_if(model, [&](auto& entry) { return entry.second == &timer; });
        } else {
            unsigned long const at = now + random() % 100;
            timer.expires = start + at;
            enqueue_timer(base, timer);
            model.emplace(at, &timer);
        }
        while (timer_list* const expired = next_expired(base, start + now)) {
            REQUIRE(!model.empty());
            CHECK(model.begin()->first <= now);
            CHECK(model.begin()->second == expired);
            model.erase(model.begin());
        }
        CHECK((model.empty() || model.begin()->first > now));
    }
}
