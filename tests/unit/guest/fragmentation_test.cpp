// The two indices against values worked out by hand from Linux' formulas.
#include "emu/guest/fragmentation.hpp"

#include <array>

#include <doctest/doctest.h>

using namespace pagelab::guest;

TEST_CASE("extfrag index: -1 with a block, 0 without memory, near 1 in pieces")
{
    std::array<uint64_t, 11> const none{};
    CHECK(extfrag_index(none, 3) == 0);
    std::array<uint64_t, 11> const whole = {0, 0, 0, 1};
    CHECK(extfrag_index(whole, 3) == -1000);
    CHECK(extfrag_index(whole, 2) == -1000);
    CHECK(extfrag_index(whole, 4) == 1000 - (1000 + 8 * 1000 / 16)); // one block too few: -500
    std::array<uint64_t, 11> const pieces = {1000, 500};
    CHECK(extfrag_index(pieces, 1) == -1000);
    CHECK(extfrag_index(pieces, 2) == 1000 - (1000 + 2000 * 1000 / 4) / 1500);
    CHECK(extfrag_index(pieces, 10) == 1000 - (1000 + 2000 * 1000 / 1024) / 1500);
}

TEST_CASE("unusable index: the part of free memory in smaller blocks")
{
    std::array<uint64_t, 11> const none{};
    CHECK(unusable_index(none, 0) == 1000);
    std::array<uint64_t, 11> const mixed = {2, 1, 0, 1}; // 2 + 2 + 8 pages
    CHECK(unusable_index(mixed, 0) == 0);
    CHECK(unusable_index(mixed, 1) == 166);
    CHECK(unusable_index(mixed, 2) == 333);
    CHECK(unusable_index(mixed, 3) == 333);
    CHECK(unusable_index(mixed, 4) == 1000);
}
