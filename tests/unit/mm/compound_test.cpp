#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "guestkernel/mm/check.hpp"
#include "guestkernel/mm/compound.hpp"
#include "tests/unit/mm/memory_world.hpp"

namespace pagelab::mm {

namespace {

std::string error_of(Result<> const& result)
{
    return result ? "none" : result.error().message;
}

bool is_filled_with(unsigned char const* bytes, unsigned char value)
{
    return std::all_of(bytes, bytes + 4096, [&](unsigned char b) { return b == value; });
}

} // namespace

TEST_CASE("a compound page counts users at its head and is freed as one")
{
    for (auto const* layout : {&kZoneLayout32, &kZoneLayout64}) {
        MemoryWorld world(*layout, pc_map(128ull << 20));
        auto& pgdat = world.pgdat();
        for (unsigned order : {1u, 3u, 4u, 10u}) {
            page* const head = alloc_pages(pgdat, GFP_KERNEL | __GFP_COMP, order);
            REQUIRE(head != nullptr);
            page& last = head[(1ul << order) - 1];
            CHECK(page_head(*head));
            CHECK(compound_order(*head) == order);
            CHECK(compound_nr(*head) == 1ul << order);
            CHECK(&compound_head(last) == head);
            CHECK(page_tail(last));
            get_page(last);
            CHECK(page_count(last) == 2);
            REQUIRE(put_page(pgdat, *head));
            CHECK(head->_refcount == 1);
            REQUIRE(put_page(pgdat, last));
            CHECK_FALSE(page_head(*head));
            CHECK(last.mapping == nullptr);
            CHECK_FALSE(check(pgdat));
        }
        drain_all_pages(pgdat);
        CHECK(nr_free_pages(pgdat) == totalram_pages(pgdat));
    }
}

TEST_CASE("a compound page is freed from its head, with its order, undamaged")
{
    MemoryWorld world(kZoneLayout64, pc_map(128ull << 20));
    auto& pgdat = world.pgdat();
    page* const head = alloc_pages(pgdat, GFP_KERNEL | __GFP_COMP, 2);
    CHECK(error_of(__free_pages(pgdat, *head, 1)) == "order differs from the compound page's");
    CHECK(error_of(__free_pages(pgdat, *head, 0)) == "order differs from the compound page's");
    CHECK(error_of(__free_pages(pgdat, head[1], 0)) == "page has no users");
    head[3].compound_head = 0;
    CHECK(error_of(__free_pages(pgdat, *head, 2)) == "compound page is damaged");
    head[3].compound_head = reinterpret_cast<unsigned long>(head) + 1;
    CHECK(error_of(__free_pages(pgdat, *head, 2)) == "none");
    CHECK(error_of(__free_pages(pgdat, *head, 2)) != "none");
}

TEST_CASE("with users left, a block that is not compound keeps its first page only")
{
    MemoryWorld world(kZoneLayout64, pc_map(128ull << 20));
    auto& pgdat = world.pgdat();
    unsigned long const all = totalram_pages(pgdat);
    page* const block = alloc_pages(pgdat, GFP_KERNEL, 3);
    get_page(*block);
    REQUIRE(__free_pages(pgdat, *block, 3));
    drain_all_pages(pgdat);
    CHECK(nr_free_pages(pgdat) == all - 1);
    REQUIRE(put_page(pgdat, *block));
    drain_all_pages(pgdat);
    CHECK(nr_free_pages(pgdat) == all);
    CHECK_FALSE(check(pgdat));
}

TEST_CASE("__GFP_ZERO clears low pages directly and high pages through a mapping")
{
    MemoryWorld world(kZoneLayout32, pc_map(1024ull << 20));
    auto& pgdat = world.pgdat();
    page* const low = alloc_pages(pgdat, GFP_KERNEL | __GFP_ZERO, 0);
    CHECK(is_filled_with(world.bytes(*low), 0));
    page* const high = alloc_pages(pgdat, GFP_HIGHUSER | __GFP_ZERO, 2);
    REQUIRE(page_zonenum(*high) == kZoneLayout32.highmem);
    for (unsigned i = 0; i < 4; i++)
        CHECK(is_filled_with(world.bytes(high[i]), 0));
    CHECK(world.mapped == 0);
    CHECK(is_filled_with(world.bytes(*alloc_pages(pgdat, GFP_KERNEL, 0)), 0xa5));
}

TEST_CASE("pages by address: high memory is refused")
{
    MemoryWorld world(kZoneLayout32, pc_map(1024ull << 20));
    auto& pgdat = world.pgdat();
    CHECK(__get_free_pages(pgdat, GFP_HIGHUSER, 0) == 0);
    unsigned long const address = get_zeroed_page(pgdat, GFP_KERNEL);
    REQUIRE(address != 0);
    CHECK(is_filled_with(reinterpret_cast<unsigned char*>(address), 0));
    CHECK(error_of(free_pages(pgdat, address, 0)) == "none");
    CHECK(error_of(free_pages(pgdat, address, 0)) != "none");
    CHECK(error_of(free_pages(pgdat, 0, 0)) == "none");
    CHECK(error_of(free_pages(pgdat, 4096, 0)) == "address is not in the direct map");
}

TEST_CASE("an exact number of pages: the rest of the block is given back")
{
    MemoryWorld world(kZoneLayout64, pc_map(128ull << 20));
    auto& pgdat = world.pgdat();
    void* const address = alloc_pages_exact(pgdat, 5 * 4096 - 1, GFP_KERNEL);
    REQUIRE(address != nullptr);
    drain_all_pages(pgdat);
    CHECK(nr_free_pages(pgdat) == totalram_pages(pgdat) - 5);
    CHECK_FALSE(check(pgdat));
    CHECK(alloc_pages_exact(pgdat, size_t{64} << 20, GFP_KERNEL) == nullptr);
    CHECK(alloc_pages_exact(pgdat, 4096, GFP_HIGHUSER) == nullptr);
    CHECK(alloc_pages_exact(pgdat, 0, GFP_KERNEL) == nullptr);
}

TEST_CASE("a page somebody wrote to while it was free is set aside and reported")
{
    MemoryWorld world(kZoneLayout64, pc_map(128ull << 20));
    auto& pgdat = world.pgdat();
    zone& z = world.node.zone_named("DMA32");
    page* next = nullptr; // the first of the block the next request is cut from
    for (unsigned order = 4; next == nullptr; order++)
        next = get_page_from_free_area(z.free_area[order], MIGRATE_MOVABLE);
    next[1]._mapcount = 7;
    page* const p = alloc_pages(pgdat, GFP_HIGHUSER_MOVABLE, 4);
    REQUIRE(p != nullptr);
    CHECK(p != next);
    CHECK(pgdat.bad_page.count == 1);
    CHECK(pgdat.bad_page.pfn == page_to_pfn(pgdat, next[1]));
    CHECK(std::string(pgdat.bad_page.why) == "nonzero mapcount");
    CHECK(world.log.starts_with("BUG: Bad page state in process test  pfn:0"));
    CHECK(world.log.find("page dumped because: nonzero mapcount\n") != std::string::npos);
}

} // namespace pagelab::mm
