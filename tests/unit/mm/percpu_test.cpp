#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/mm/percpu_map.hpp"
#include "tests/unit/mm/percpu_world.hpp"

namespace pagelab::mm {

namespace {

using World = PercpuWorld;

constexpr uintptr_t kFirstReserved = World::kStaticStart + 1004;
constexpr uintptr_t kFirstDynamic = kFirstReserved + World::kReserved;

void require_sound(World const& world)
{
    char const* const damage = check_percpu(world.p);
    INFO("damage: ", damage == nullptr ? "none" : damage);
    REQUIRE(damage == nullptr);
}

} // namespace

TEST_CASE("an allocation is one place in every unit, zeroed")
{
    World world;
    require_sound(world);
    auto const first = pcpu_alloc(world.p, 6, 4);
    REQUIRE(first);
    CHECK(first.value() == kFirstDynamic);
    for (unsigned unit = 0; unit < World::kUnits; unit++) {
        CHECK(world.at(first.value(), unit) ==
              world.at(first.value(), 0) + unit * World::kUnitSize);
        for (unsigned i = 0; i < 8; i++)
            CHECK(world.at(first.value(), unit)[i] == 0);
        CHECK(world.at(first.value(), unit)[8] == 0x77);
    }
    auto const second = pcpu_alloc(world.p, 4, 4);
    REQUIRE(second);
    CHECK(second.value() == first.value() + 8);
    require_sound(world);
    CHECK(pcpu_free(world.p, first.value()));
    CHECK_FALSE(pcpu_free(world.p, first.value()));
    CHECK_FALSE(pcpu_free(world.p, second.value() + 1));
    CHECK(pcpu_free(world.p, second.value()));
    require_sound(world);
}

TEST_CASE("alignment up to a page")
{
    World world;
    for (size_t align = 1; align <= kPageSize; align *= 2) {
        auto const pointer = pcpu_alloc(world.p, 12, align);
        REQUIRE(pointer);
        CHECK(reinterpret_cast<uintptr_t>(world.at(pointer.value(), 1)) % align == 0);
    }
    require_sound(world);
}

TEST_CASE("a hole across blocks is found")
{
    World world;
    std::vector<uintptr_t> pointers;
    while (world.p.nr_chunks == 1)
        pointers.push_back(pcpu_alloc(world.p, 100, 4).value());
    auto const across = std::find_if(pointers.begin(), pointers.end(), [](uintptr_t pointer) {
        uintptr_t const offset = pointer - World::kStaticStart;
        return offset / kPageSize != (offset + 199) / kPageSize;
    });
    REQUIRE(across != pointers.end());
    CHECK(pcpu_free(world.p, across[0]));
    CHECK(pcpu_free(world.p, across[1]));
    CHECK(pcpu_alloc(world.p, 200, 4).value() == across[0]);
    require_sound(world);
}

TEST_CASE("impossible requests are errors")
{
    World world;
    CHECK_FALSE(pcpu_alloc(world.p, 0, 4));
    CHECK_FALSE(pcpu_alloc(world.p, 8, 3));
    CHECK_FALSE(pcpu_alloc(world.p, 8, 0));
    CHECK_FALSE(pcpu_alloc(world.p, 8, 2 * kPageSize));
    CHECK_FALSE(pcpu_alloc(world.p, PCPU_MIN_UNIT_SIZE + 1, 4));
    CHECK_FALSE(pcpu_free(world.p, World::kStaticStart));
    CHECK_FALSE(pcpu_free(world.p, 0));
    require_sound(world);
}

TEST_CASE("modules' variables come from the reserved part, until it is full")
{
    World world;
    auto const first = pcpu_alloc(world.p, 8000, 4, pcpu_region::reserved);
    REQUIRE(first);
    CHECK(first.value() == kFirstReserved);
    CHECK_FALSE(pcpu_alloc(world.p, 200, 4, pcpu_region::reserved));
    REQUIRE(pcpu_alloc(world.p, 192, 4, pcpu_region::reserved));
    require_sound(world);
    CHECK(pcpu_free(world.p, first.value()));
    require_sound(world);
}

TEST_CASE("a full chunk is followed by another, and one empty chunk is kept")
{
    World world;
    std::vector<uintptr_t> pointers;
    while (world.p.nr_chunks < 4) {
        auto const pointer = pcpu_alloc(world.p, PCPU_MIN_UNIT_SIZE, kPageSize);
        REQUIRE(pointer);
        pointers.push_back(pointer.value());
        require_sound(world);
    }
    CHECK(pcpu_nr_bytes(world.p) == 4ul * World::kUnits * World::kUnitSize);
    for (uintptr_t const pointer : pointers) {
        CHECK(pcpu_free(world.p, pointer));
        require_sound(world);
    }
    CHECK(world.p.nr_chunks == 2);
    CHECK(world.live_objects() == 2);
}

TEST_CASE("each request for memory can fail without a leak")
{
    for (long n = 0; n < 2; n++) {
        World world;
        REQUIRE(pcpu_alloc(world.p, PCPU_MIN_UNIT_SIZE, 4));
        world.fail_nth(n);
        CHECK_FALSE(pcpu_alloc(world.p, PCPU_MIN_UNIT_SIZE, 4));
        CHECK(world.live_objects() == 0);
        require_sound(world);
        CHECK(pcpu_alloc(world.p, PCPU_MIN_UNIT_SIZE, 4));
    }
}

TEST_CASE("the check sees maps, hints and counts that disagree")
{
    World world;
    REQUIRE(pcpu_alloc(world.p, 100, 4));
    REQUIRE(pcpu_alloc(world.p, 100, 4));
    pcpu_chunk& chunk = *world.p.first_chunk;
    auto const sees = [&](auto& field, auto value) {
        auto const before = field;
        field = static_cast<std::remove_cvref_t<decltype(field)>>(value);
        bool const seen = check_percpu(world.p) != nullptr;
        field = before;
        return seen;
    };
    require_sound(world);
    CHECK(sees(chunk.alloc_map[100], 1ul));
    CHECK(sees(chunk.alloc_map[0], ~1ul));
    CHECK(sees(chunk.bound_map[(1004 + 8192) / 4 / kMapWordBits], 0ul));
    CHECK(sees(chunk.md_blocks[4].contig_hint, 1));
    CHECK(sees(chunk.contig_hint, 1));
    CHECK(sees(chunk.free_bytes, 0));
    CHECK(sees(chunk.nr_allocs, 3));
    CHECK(sees(world.p.nr_chunks, 2));
    CHECK(sees(world.p.nr_empty_chunks, 1));
    require_sound(world);
}

} // namespace pagelab::mm
