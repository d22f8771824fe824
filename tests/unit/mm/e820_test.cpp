#include <algorithm>
#include <random>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/mm/e820.hpp"

namespace pagelab::mm {

namespace {

using Entries = std::vector<std::tuple<uint64_t, uint64_t, uint32_t>>;

Entries entries_of(e820_table const& table)
{
    Entries entries;
    for (unsigned i = 0; i < table.nr_entries; i++) {
        E820Entry const& e = table.entries[i];
        entries.emplace_back(uint64_t{e.address}, e.address + e.size, uint32_t{e.type});
    }
    return entries;
}

} // namespace

TEST_CASE("page 0 and the adapter area leave the RAM")
{
    E820Entry const map[] = {{0, 0x20'0000, kE820Usable}};
    e820_table table;
    REQUIRE(e820_setup(table, map, 1));
    CHECK(entries_of(table) == Entries{{0, 0x1000, kE820Reserved},
                                       {0x1000, 0xa'0000, kE820Usable},
                                       {0x10'0000, 0x20'0000, kE820Usable}});
}

TEST_CASE("overlaps: the higher type wins; neighbours join; order does not matter")
{
    std::vector<E820Entry> map = {{0x10'0000, 0x10'0000, kE820Usable},
                                  {0x18'0000, 0x10'0000, kE820Reserved},
                                  {0x20'0000, 0x20'0000, kE820Usable},
                                  {0x40'0000, 0x1000, kE820Usable},
                                  {0x50'0000, 0, kE820Usable}};
    Entries const expected = {{0x10'0000, 0x18'0000, kE820Usable},
                              {0x18'0000, 0x28'0000, kE820Reserved},
                              {0x28'0000, 0x40'1000, kE820Usable}};
    std::mt19937 random(3);
    for (int i = 0; i < 20; i++) {
        std::shuffle(map.begin(), map.end(), random);
        e820_table table;
        REQUIRE(e820_setup(table, map.data(), static_cast<unsigned>(map.size())));
        CHECK(entries_of(table) == expected);
    }
}

TEST_CASE("a range at the end of the address space and an endless one are tolerated")
{
    E820Entry const map[] = {{0x10'0000, UINT64_MAX, kE820Usable},
                             {UINT64_MAX - 0xfff, UINT64_MAX, kE820Reserved}};
    e820_table table;
    REQUIRE(e820_setup(table, map, 2));
    CHECK(entries_of(table) == Entries{{0x10'0000, UINT64_MAX - 0xfff, kE820Usable},
                                       {UINT64_MAX - 0xfff, UINT64_MAX, kE820Reserved}});
}

TEST_CASE("too many entries are an error")
{
    std::vector<E820Entry> map;
    for (uint64_t i = 0; i <= kE820MaxEntries; i++)
        map.push_back({i << 24, 0x1000, kE820Usable});
    e820_table table;
    CHECK_FALSE(e820_setup(table, map.data(), static_cast<unsigned>(map.size())));
}

TEST_CASE("memblock gets usable memory below the limit, in whole pages, the first MiB taken")
{
    E820Entry const map[] = {{0, 0x9fc00, kE820Usable},
                             {0x10'0000, 0x800'0000, kE820Usable},
                             {0x1'0000'0000, 0x4000'0000, kE820Usable}};
    e820_table table;
    REQUIRE(e820_setup(table, map, 3));
    memblock_region memory[8], reserved[8];
    memblock mb;
    memblock_init(mb, memory, 8, reserved, 8);
    REQUIRE(e820_memblock_setup(table, mb, PhysAddr(0x1'1000'0000)));
    REQUIRE(mb.memory.cnt == 3);
    CHECK(memory[0].base == 0x1000);
    CHECK(memory[0].base + memory[0].size == 0x9f000);
    CHECK(memblock_end_of_dram(mb).value == 0x1'1000'0000);
    CHECK(memblock_is_reserved(mb, PhysAddr(0xf'ffff)));
    CHECK_FALSE(memblock_is_reserved(mb, PhysAddr(0x10'0000)));
}

} // namespace pagelab::mm
