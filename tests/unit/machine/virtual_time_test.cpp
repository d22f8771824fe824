// Instructions to nanoseconds with one and with several processors running.
#include "emu/machine/virtual_time.hpp"

#include <doctest/doctest.h>

using pagelab::machine::VirtualTime;

TEST_CASE("alone, an instruction is a nanosecond")
{
    VirtualTime time;
    CHECK(time.at(0) == 0);
    CHECK(time.at(1234) == 1234);
    time.pass(1000);
    CHECK(time.at(1234) == 2234);
    CHECK(time.count_at(2234) == 1234);
    CHECK(time.count_at(500) == 0); // past
}

TEST_CASE("a nanosecond is an instruction of each that runs, and time never goes back")
{
    VirtualTime time;
    time.set_running(4, 100);
    CHECK(time.at(100) == 100);
    CHECK(time.at(103) == 100);
    CHECK(time.at(104) == 101);
    CHECK(time.count_at(101) == 104);
    CHECK(time.at(time.count_at(12'345)) == 12'345);
    CHECK(time.at(time.count_at(12'345) - 1) == 12'344);
    time.set_running(2, 104);
    CHECK(time.at(104) == 101);
    CHECK(time.at(106) == 102);
    time.set_running(1, 107);
    CHECK(time.at(107) == 102);
    CHECK(time.at(108) == 103);
}
