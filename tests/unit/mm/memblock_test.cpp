#include <random>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/mm/memblock.hpp"

namespace pagelab::mm {

namespace {

struct Fixture {
    memblock_region memory[8];
    memblock_region reserved[8];
    memblock mb;

    Fixture() { memblock_init(mb, memory, 8, reserved, 8); }
};

std::vector<std::pair<uint64_t, uint64_t>> ranges_of(memblock_type const& type)
{
    std::vector<std::pair<uint64_t, uint64_t>> ranges;
    for (unsigned long i = 0; i < type.cnt; i++)
        ranges.emplace_back(type.regions[i].base, type.regions[i].base + type.regions[i].size);
    return ranges;
}

using Ranges = std::vector<std::pair<uint64_t, uint64_t>>;

} // namespace

TEST_CASE_FIXTURE(Fixture, "neighbours and overlaps merge; cuts split")
{
    CHECK(memblock_add(mb, PhysAddr(0x1000), 0x1000));
    CHECK(memblock_add(mb, PhysAddr(0x4000), 0x1000));
    CHECK(memblock_add(mb, PhysAddr(0x2000), 0x1000));
    CHECK(ranges_of(mb.memory) == Ranges{{0x1000, 0x3000}, {0x4000, 0x5000}});
    CHECK(memblock_add(mb, PhysAddr(0x2800), 0x2000));
    CHECK(ranges_of(mb.memory) == Ranges{{0x1000, 0x5000}});
    CHECK(memblock_remove(mb, PhysAddr(0x2000), 0x1000));
    CHECK(ranges_of(mb.memory) == Ranges{{0x1000, 0x2000}, {0x3000, 0x5000}});
    CHECK(mb.memory.total_size == 0x3000);
    CHECK(memblock_remove(mb, PhysAddr(0), UINT64_MAX));
    CHECK(mb.memory.cnt == 0);
    CHECK(mb.memory.total_size == 0);
}

TEST_CASE_FIXTURE(Fixture, "a full list refuses and stays as it was")
{
    for (uint64_t i = 0; i < 8; i++)
        CHECK(memblock_add(mb, PhysAddr(i * 0x4000), 0x3000));
    auto const before = ranges_of(mb.memory);
    CHECK_FALSE(memblock_add(mb, PhysAddr(0x10'0000), 0x1000));
    CHECK_FALSE(memblock_remove(mb, PhysAddr(0x1000), 0x1000));
    CHECK(ranges_of(mb.memory) == before);
    CHECK(memblock_add(mb, PhysAddr(0x3000), 0x1000)); // closes a gap
    CHECK(mb.memory.cnt == 7);
}

TEST_CASE_FIXTURE(Fixture, "ranges at the end of the address space are cut there")
{
    CHECK(memblock_add(mb, PhysAddr(UINT64_MAX - 0xfff), UINT64_MAX));
    CHECK(mb.memory.total_size == 0xfff);
    CHECK(memblock_add(mb, PhysAddr(0x1000), 0));
    CHECK(mb.memory.cnt == 1);
}

TEST_CASE_FIXTURE(Fixture, "allocation is top-down or bottom-up, aligned, within limits")
{
    CHECK(memblock_add(mb, PhysAddr(0x1'0000), 0x10'0000));
    CHECK(memblock_reserve(mb, PhysAddr(0x10'f000), 0x1000));
    auto const top = memblock_phys_alloc(mb, 0x1000, 0x1000);
    REQUIRE(top);
    CHECK(top.value().value == 0x10'e000);
    CHECK(memblock_is_reserved(mb, PhysAddr(0x10'e123)));
    auto const aligned = memblock_phys_alloc(mb, 0x1800, 0x8000);
    REQUIRE(aligned);
    CHECK(aligned.value().value == 0x10'8000);
    mb.bottom_up = true;
    CHECK(memblock_phys_alloc(mb, 0x1000, 0x1000).value().value == 0x1'0000);
    CHECK(memblock_phys_alloc(mb, 0x1000, 0x8000).value().value == 0x1'8000);
    mb.bottom_up = false;
    mb.current_limit = 0x8'0000;
    CHECK(memblock_phys_alloc(mb, 0x1000, 0x1000).value().value == 0x7'f000);
    CHECK_FALSE(memblock_phys_alloc(mb, 0x10'0000, 0x1000));
    CHECK_FALSE(memblock_phys_alloc(mb, 0, 0x1000));
    CHECK(memblock_phys_free(mb, PhysAddr(0x7'f000), 0x1000));
    CHECK_FALSE(memblock_is_reserved(mb, PhysAddr(0x7'f000)));
}

TEST_CASE_FIXTURE(Fixture, "trimming keeps whole pages only")
{
    CHECK(memblock_add(mb, PhysAddr(0x1234), 0x3000));
    CHECK(memblock_add(mb, PhysAddr(0x6100), 0x100));
    CHECK(memblock_trim_memory(mb, kPageSize));
    CHECK(ranges_of(mb.memory) == Ranges{{0x2000, 0x4000}});
    CHECK(memblock_pages_in_range(mb, Pfn(0), Pfn(3)) == 1);
    CHECK(memblock_is_memory(mb, PhysAddr(0x3fff)));
    CHECK_FALSE(memblock_is_memory(mb, PhysAddr(0x4000)));
}

TEST_CASE("random operations equal those on a set of units")
{
    constexpr unsigned kSeed = 7;
    constexpr unsigned kUnits = 64;
    INFO("seed ", kSeed);
    std::mt19937 random(kSeed);
    for (int round = 0; round < 200; round++) {
        memblock_region memory[kUnits];
        memblock_region reserved[kUnits];
        memblock mb;
        memblock_init(mb, memory, kUnits, reserved, kUnits);
        std::set<uint64_t> has_memory, is_reserved;
        for (int step = 0; step < 60; step++) {
            uint64_t const base = random() % kUnits;
            uint64_t const size = random() % (kUnits - base + 1) % 9;
            unsigned const operation = random() % 4;
            std::set<uint64_t>& units = operation < 2 ? has_memory : is_reserved;
            PhysAddr const at(base * 0x1000);
            Result<> const result = operation == 0   ? memblock_add(mb, at, size * 0x1000)
                                    : operation == 1 ? memblock_remove(mb, at, size * 0x1000)
                                    : operation == 2 ? memblock_reserve(mb, at, size * 0x1000)
                                                     : memblock_phys_free(mb, at, size * 0x1000);
            REQUIRE(result);
            for (uint64_t unit = base; unit < base + size; unit++) {
                if (operation % 2 == 0)
                    units.insert(unit);
                else
                    units.erase(unit);
            }
            REQUIRE(mb.memory.total_size == has_memory.size() * 0x1000);
            REQUIRE(mb.reserved.total_size == is_reserved.size() * 0x1000);
            std::set<uint64_t> free;
            uint64_t last_end = 0;
            for_each_free_mem_range(mb, [&](memblock_range range) {
                REQUIRE((last_end == 0 || range.start.value >= last_end));
                last_end = range.end.value;
                for (uint64_t a = range.start.value; a < range.end.value; a += 0x1000)
                    free.insert(a / 0x1000);
            });
            std::set<uint64_t> expected = has_memory;
            for (uint64_t unit : is_reserved)
                expected.erase(unit);
            REQUIRE(free == expected);
        }
    }
}

} // namespace pagelab::mm
