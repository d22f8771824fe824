#include <cmath>

#include <doctest/doctest.h>

#include "emu/cli/bench_statistics.hpp"

using namespace pagelab::cli;

TEST_CASE("the median is the middle, or the mean of two; the range is what it says")
{
    double const odd[] = {5, 1, 9};
    CHECK(spread(odd).median == 5);
    CHECK(spread(odd).min == 1);
    CHECK(spread(odd).max == 9);
    double const even[] = {4, 1, 2, 100};
    CHECK(spread(even).median == 3);
    CHECK(spread(even).max == 100);
    double const one[] = {7};
    CHECK(spread(one).median == 7);
    CHECK(spread({}).median == 0);
}

TEST_CASE("ratios are taken pair by pair")
{
    double const subject[] = {1, 6, 3};
    double const reference[] = {2, 3, 0};
    auto const result = ratios(subject, reference);
    REQUIRE(result.size() == 3);
    CHECK(result[0] == 0.5);
    CHECK(result[1] == 2);
    CHECK(std::isinf(result[2]));
}
