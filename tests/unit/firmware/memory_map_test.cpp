// The reference tables are what Linux 6.1 printed on a QEMU PC under SeaBIOS: BIOS-e820 lines.
#include "firmware/memory_map.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace pagelab;
using namespace pagelab::firmware;

namespace {

using Ranges = std::vector<E820Entry>;

constexpr uint64_t kMiB = 1 << 20;
constexpr uint64_t kGiB = 1 << 30;

// What QEMU's "etc/e820" says of a PC with `low` bytes below 4 GiB and `high` above.
Ranges qemu_file(uint64_t low, uint64_t high)
{
    Ranges file = {{0, low, kE820Usable}};
    if (high != 0)
        file.push_back({4 * kGiB, high, kE820Usable});
    file.push_back({0xfd'0000'0000, 0x3'0000'0000, kE820Reserved});
    return file;
}

Ranges read_table(std::string const& name)
{
    std::ifstream in(std::string(PAGELAB_SOURCE_DIR "/tests/unit/firmware/data/") + name);
    Ranges table;
    for (std::string line; std::getline(in, line);) {
        uint64_t first = 0;
        uint64_t last = 0;
        char type[16] = {};
        REQUIRE(std::sscanf(line.c_str(), "[mem 0x%" SCNx64 "-0x%" SCNx64 "] %15s", &first, &last,
                            type) == 3);
        table.push_back(
            {first, last - first + 1, std::string(type) == "usable" ? kE820Usable : kE820Reserved});
    }
    return table;
}

std::string print(E820Entry const* begin, E820Entry const* end)
{
    std::string text;
    for (auto at = begin; at != end; at++) {
        char line[80];
        std::snprintf(line, sizeof line, "%012" PRIx64 "-%012" PRIx64 " %u\n", at->address,
                      at->address + at->size - 1, static_cast<unsigned>(at->type));
        text += line;
    }
    return text;
}

std::string print(Ranges const& ranges)
{
    return print(ranges.data(), ranges.data() + ranges.size());
}

std::string built(Ranges const& given)
{
    auto const map = build_memory_map(given.data(), static_cast<uint32_t>(given.size()));
    return print(map.begin(), map.end());
}

struct Reference {
    char const* name;
    uint64_t low;
    uint64_t high;
};

Reference const kReferences[] = {
    {"e820-128.txt", 128 * kMiB, 0},
    {"e820-1024.txt", 1024 * kMiB, 0},
    {"e820-2048.txt", 2048 * kMiB, 0},
    {"e820-4096.txt", 3 * kGiB, kGiB},
};

} // namespace

TEST_CASE("RAM as QEMU describes it gives the map SeaBIOS gave Linux")
{
    for (auto const& reference : kReferences) {
        CAPTURE(reference.name);
        auto const expected = read_table(reference.name);
        REQUIRE(expected.size() >= 7);
        CHECK(built(qemu_file(reference.low, reference.high)) == print(expected));
    }
}

TEST_CASE("a finished map comes out as it went in, in any order")
{
    std::mt19937 random(1);
    for (auto const& reference : kReferences) {
        CAPTURE(reference.name);
        auto table = read_table(reference.name);
        auto const expected = print(table);
        for (int i = 0; i < 10; i++) {
            CHECK(built(table) == expected);
            std::shuffle(table.begin(), table.end(), random);
        }
    }
}

TEST_CASE("sizes from the CMOS give the same maps, without the ranges only the file knows")
{
    for (auto const& reference : kReferences) {
        CAPTURE(reference.name);
        auto const map = build_memory_map(0xffff - 1024, // the CMOS of a PC stops below 64 MiB
                                          static_cast<uint32_t>((reference.low - 16 * kMiB) >> 16),
                                          static_cast<uint32_t>(reference.high >> 16));
        auto expected = read_table(reference.name);
        expected.pop_back();
        CHECK(print(map.begin(), map.end()) == print(expected));
    }
    CHECK(build_memory_map(7 * 1024, 0, 0).usable_end(kMiB) == 8 * kMiB - 128 * 1024);
}

TEST_CASE("set cuts, overrides and joins")
{
    MemoryMap map;
    map.set(0x1000, 0x3000, kE820Usable);
    map.set(0x2000, 0x1000, kE820Reserved);
    CHECK(print(map.begin(), map.end()) ==
          print({{0x1000, 0x1000, 1}, {0x2000, 0x1000, 2}, {0x3000, 0x1000, 1}}));
    map.set(0x2000, 0x1000, kE820Usable);
    CHECK(print(map.begin(), map.end()) == print({{0x1000, 0x3000, 1}}));
    map.set(0, 0x10000, kE820AcpiNvs);
    CHECK(print(map.begin(), map.end()) == print({{0, 0x10000, 4}}));
    map.clear(0x4000, 0x1000);
    CHECK(print(map.begin(), map.end()) == print({{0, 0x4000, 4}, {0x5000, 0xb000, 4}}));
    map.set(0x4000, 0, kE820Usable);
    CHECK(map.count() == 2);
}

TEST_CASE("is_usable and usable_end")
{
    auto const given = qemu_file(128 * kMiB, 0);
    auto const map = build_memory_map(given.data(), static_cast<uint32_t>(given.size()));
    CHECK(map.is_usable(0x10'0000, 0x7ee'0000));
    CHECK_FALSE(map.is_usable(0x10'0000, 0x7ee'0001));
    CHECK_FALSE(map.is_usable(0xa'0000, 1));
    CHECK_FALSE(map.is_usable(0x10'0000, ~uint64_t{0}));
    CHECK(map.usable_end(0x10'0000) == 0x7fe'0000);
    CHECK(map.usable_end(0xf'0000) == 0xf'0000);
}

TEST_CASE("a reserve directly behind RAM below 4 GiB takes the place of the 128 KiB")
{
    Ranges given = {{0, 64 * kMiB, kE820Usable}, {64 * kMiB, 0x1000, kE820AcpiNvs}};
    CHECK(built(given).find("000000100000-000003ffffff 1\n") != std::string::npos);
    given[1].address += 0x1000; // no longer directly behind
    CHECK(built(given).find("000000100000-000003fdffff 1\n") != std::string::npos);
}

TEST_CASE("random tables give sorted, disjoint, joined maps that never call a reserve usable")
{
    std::mt19937_64 random(7);
    for (int run = 0; run < 3000; run++) {
        CAPTURE(run);
        Ranges given(random() % 129);
        unsigned const shift = static_cast<unsigned>(random() % 50);
        for (auto& entry : given) {
            entry = {random() >> shift, random() >> (random() % 64),
                     static_cast<uint32_t>(1 + random() % 5)};
        }
        auto const map = build_memory_map(given.data(), static_cast<uint32_t>(given.size()));
        REQUIRE(map.count() <= memory_map::kMaxE820Entries);
        REQUIRE(map.count() >= 3);
        CHECK(map.begin()[0].address == 0);
        CHECK(map.begin()[0].size == memory_map::kExtendedBiosData);
        for (auto const* at = map.begin(); at != map.end(); at++) {
            REQUIRE(at->size != 0);
            REQUIRE(at->address + at->size > at->address);
            if (at + 1 == map.end())
                break;
            REQUIRE(at->address + at->size <= at[1].address);
            REQUIRE((at->type != at[1].type || at->address + at->size < at[1].address));
        }
        for (auto const& entry : given) {
            if (entry.type != kE820Usable && entry.size != 0 && entry.address >= kMiB)
                REQUIRE_FALSE(map.is_usable(entry.address, 1));
        }
    }
}
