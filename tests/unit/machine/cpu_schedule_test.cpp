// Who gets the next turn, and how long turns are.
#include "emu/machine/cpu_schedule.hpp"

#include <array>

#include <doctest/doctest.h>

using namespace pagelab::machine;

TEST_CASE("another that runs is picked, the same only when alone, one that waits never")
{
    CpuSchedule schedule(4, 1);
    CHECK(schedule.running() == 1);
    CHECK(schedule.pick(0) == 0);
    CHECK(schedule.pick(3) == 0);
    schedule.set_activity(2, Activity::Runs);
    CHECK(schedule.running() == 2);
    CHECK(schedule.pick(0) == 2);
    CHECK(schedule.pick(2) == 0);
    schedule.set_activity(3, Activity::Runs);
    std::array<unsigned, 4> picked{};
    for (unsigned i = 0; i < 1000; ++i)
        ++picked[schedule.pick(0)];
    CHECK(picked[0] == 0);
    CHECK(picked[1] == 0);
    CHECK(picked[2] > 400);
    CHECK(picked[3] > 400);
    schedule.set_activity(0, Activity::Halted);
    schedule.set_activity(2, Activity::Deaf);
    CHECK(schedule.running() == 1);
    CHECK(schedule.pick(0) == 3);
}

TEST_CASE("slices have every length from 1 on, and a heavy tail; a seed repeats them")
{
    CpuSchedule one(2, 5), same(2, 5), other(2, 6);
    unsigned shortest = 0, half = 0, long_ones = 0, different = 0;
    for (unsigned i = 0; i < 10'000; ++i) {
        uint64_t const slice = one.draw_slice();
        REQUIRE(slice >= 1);
        REQUIRE(slice <= CpuSchedule::kLongestSlice);
        CHECK(slice == same.draw_slice());
        different += slice != other.draw_slice();
        shortest += slice == 1;
        half += slice < 200;
        long_ones += slice > 10'000;
    }
    CHECK(shortest > 300);
    CHECK(half > 4'500);
    CHECK(half < 6'000);
    CHECK(long_ones > 500);
    CHECK(different > 9'000);
}
