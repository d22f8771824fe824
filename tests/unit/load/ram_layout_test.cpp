#include "emu/load/ram_layout.hpp"

#include <doctest/doctest.h>

using namespace pagelab;
using namespace pagelab::load;

TEST_CASE("ranges: ends, emptiness and wrapping sizes")
{
    PhysRange const page{PhysAddr(0x1000), 0x1000};
    CHECK(page.holds(PhysAddr(0x1000)));
    CHECK(page.holds(PhysAddr(0x1fff)));
    CHECK(!page.holds(PhysAddr(0x2000)));
    CHECK(!page.holds(PhysAddr(0xfff)));
    CHECK(page.holds(page));
    CHECK(page.holds(PhysRange{PhysAddr(0x2000), 0}));
    CHECK(!page.holds(PhysRange{PhysAddr(0x1001), 0x1000}));
    CHECK(!page.holds(PhysRange{PhysAddr(0x1800), UINT64_MAX}));

    CHECK(page.overlaps({PhysAddr(0x1fff), 1}));
    CHECK(page.overlaps({PhysAddr(0), 0x1001}));
    CHECK(!page.overlaps({PhysAddr(0x2000), 1}));
    CHECK(!page.overlaps({PhysAddr(0), 0x1000}));
    CHECK(!page.overlaps({PhysAddr(0x1800), 0}));
}

TEST_CASE("ram: two regions with the firmware's parts left out")
{
    RamLayout const ram(128 << 20);
    CHECK(ram.describe() == "0x10000-0x9fbff and 0x100000-0x7fdffff");
    CHECK(ram.holds({PhysAddr(0x1'0000), 0x8'fc00}));
    CHECK(!ram.holds({PhysAddr(0x1'0000), 0x8'fc01}));
    CHECK(!ram.holds({PhysAddr(0xffff), 1}));
    CHECK(!ram.holds({PhysAddr(0x9'f000), 0x7'0000}));
    CHECK(ram.holds({PhysAddr(0x10'0000), 0x7ee'0000}));
    CHECK(!ram.holds({PhysAddr(0x10'0000), 0x7ee'0001}));
    CHECK(ram.high().end() == PhysAddr(0x7fe'0000));
}

TEST_CASE("ram: sizes without one of the regions, and too large ones")
{
    CHECK(RamLayout(0).describe() == "nowhere");
    CHECK(RamLayout(0x1'0000).describe() == "nowhere");
    CHECK(RamLayout(0x2'0000).describe() == "0x10000-0x1ffff");
    CHECK(RamLayout(1 << 20).describe() == "0x10000-0x9fbff");
    CHECK(RamLayout((1 << 20) + (128 << 10)).high().size == 0);
    CHECK(RamLayout(UINT64_MAX).high().end() == PhysAddr(0xfffa'0000));
}
