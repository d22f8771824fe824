#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/mm/buddy.hpp"
#include "guestkernel/mm/check.hpp"
#include "guestkernel/mm/pageblock.hpp"
#include "tests/unit/mm/reference.hpp"
#include "tests/unit/mm/test_node.hpp"

namespace pagelab::mm {

namespace {

std::string zone_of(TestNode& node, page const* p)
{
    return p == nullptr ? "none" : page_zone(node.pgdat, *p).name;
}

// Allocates until nothing is left; the pages of each request are marked by their count of users.
std::vector<page*> take_all(TestNode& node, gfp_t gfp, unsigned order)
{
    std::vector<page*> pages;
    while (page* const p = alloc_pages(node.pgdat, gfp, order)) {
        REQUIRE(p->_refcount == 1);
        pages.push_back(p);
    }
    return pages;
}

void free_all(TestNode& node, std::vector<page*> const& pages, unsigned order)
{
    for (page* p : pages)
        REQUIRE(__free_pages(node.pgdat, *p, order));
}

std::string buddyinfo(TestNode& node)
{
    return report_text([&](auto& m) { show_buddyinfo(m, node.pgdat); });
}

} // namespace

TEST_CASE("zone modifiers choose the zone")
{
    TestNode small(kZoneLayout32, pc_map(2048ull << 20));
    small.start();
    CHECK(zone_of(small, alloc_pages(small.pgdat, GFP_DMA, 0)) == "DMA");
    CHECK(zone_of(small, alloc_pages(small.pgdat, GFP_KERNEL, 0)) == "Normal");
    CHECK(zone_of(small, alloc_pages(small.pgdat, GFP_DMA32, 0)) == "Normal");
    CHECK(zone_of(small, alloc_pages(small.pgdat, GFP_HIGHUSER, 0)) == "HighMem");
    CHECK(zone_of(small, alloc_pages(small.pgdat, GFP_HIGHUSER_MOVABLE, 0)) == "HighMem");
    TestNode large(kZoneLayout64, pc_map(5ull << 30));
    large.start();
    CHECK(zone_of(large, alloc_pages(large.pgdat, GFP_DMA, 0)) == "DMA");
    CHECK(zone_of(large, alloc_pages(large.pgdat, GFP_DMA32, 0)) == "DMA32");
    CHECK(zone_of(large, alloc_pages(large.pgdat, GFP_KERNEL, 0)) == "Normal");
    CHECK(zone_of(large, alloc_pages(large.pgdat, GFP_HIGHUSER, 0)) == "Normal");
    CHECK(large.zone_named("Normal").vm_numa_event[NUMA_HIT] == 2);
}

TEST_CASE("requests fall back to lower zones and leave each its watermark and reserve")
{
    TestNode node(kZoneLayout32, pc_map(1024ull << 20));
    node.start();
    auto const before = buddyinfo(node);
    zone const& dma = node.zone_named("DMA");
    zone const& normal = node.zone_named("Normal");
    zone const& high = node.zone_named("HighMem");
    auto const free = [](zone const& z) { return z.vm_stat[NR_FREE_PAGES]; };
    auto const mark = [](zone const& z) { return static_cast<long>(z._watermark[WMARK_MIN]); };

    auto const user = take_all(node, GFP_HIGHUSER, 0);
    CHECK(free(high) == mark(high));
    CHECK(free(normal) == mark(normal) + normal.lowmem_reserve[2]);
    CHECK(free(dma) == mark(dma) + dma.lowmem_reserve[2]);
    auto const kernel = take_all(node, GFP_KERNEL, 0);
    CHECK(free(high) == mark(high));
    CHECK(free(normal) == mark(normal));
    CHECK(free(dma) == mark(dma) + dma.lowmem_reserve[1]);
    auto const atomic = take_all(node, GFP_ATOMIC, 0);
    long const half = mark(normal) - mark(normal) / 2;
    CHECK(free(normal) == half - half / 4);
    auto const last = take_all(node, GFP_KERNEL | __GFP_MEMALLOC, 0);
    CHECK(free(normal) + free(dma) == 0);
    CHECK(alloc_pages(node.pgdat, GFP_KERNEL | __GFP_MEMALLOC, 0) == nullptr);
    CHECK_FALSE(check(node.pgdat));

    for (auto const* pages : {&last, &user, &atomic, &kernel})
        free_all(node, *pages, 0);
    CHECK_FALSE(check(node.pgdat));
    CHECK(buddyinfo(node) == before);
}

TEST_CASE("the largest orders, until memory ends, and back")
{
    for (auto const* layout : {&kZoneLayout32, &kZoneLayout64}) {
        TestNode node(*layout, pc_map(128ull << 20));
        node.start();
        auto const before = buddyinfo(node);
        for (unsigned order : {10u, 9u, 5u}) {
            auto const pages = take_all(node, GFP_KERNEL | __GFP_MEMALLOC, order);
            CHECK(pages.size() >= (node.pgdat.node_zones[1].managed_pages >> order) - 1);
            CHECK_FALSE(check(node.pgdat));
            free_all(node, pages, order);
            CHECK(buddyinfo(node) == before);
        }
        CHECK(alloc_pages(node.pgdat, GFP_KERNEL, MAX_ORDER) == nullptr);
        CHECK(alloc_pages(node.pgdat, GFP_KERNEL, ~0u) == nullptr);
    }
}

TEST_CASE("freeing what is not allocated is an error, and changes nothing")
{
    TestNode node(kZoneLayout64, pc_map(128ull << 20), 0x10'0000);
    node.start();
    page* const p = alloc_pages(node.pgdat, GFP_KERNEL, 2);
    page* const neighbour = alloc_pages(node.pgdat, GFP_KERNEL, 0);
    auto const before = buddyinfo(node);
    auto const error = [&](page& first, unsigned order) {
        Result<> const result = __free_pages(node.pgdat, first, order);
        CHECK(buddyinfo(node) == before);
        return result ? std::string("freed") : std::string(result.error().message);
    };
    CHECK(error(*p, MAX_ORDER) == "order is too large");
    CHECK(error(p[1], 0) == "page has no users");
    CHECK(error(node.pgdat.node_mem_map[0x1000], 0) == "page is reserved");
    p->_mapcount = 0;
    CHECK(error(*p, 2) == "page is still mapped");
    p->_mapcount = -1;
    p[3]._refcount = 1;
    CHECK(error(*p, 2) == "page inside the block has users");
    p[3]._refcount = 0;
    p[1]._refcount = 1;
    CHECK(error(p[1], 1) == "page does not begin a block of this order");
    p[1]._refcount = 0;

    REQUIRE(__free_pages(node.pgdat, *p, 2));
    Result<> const twice = __free_pages(node.pgdat, *p, 2);
    REQUIRE_FALSE(twice);
    std::string const what = twice.error().message;
    CHECK((what == "page is already free" || what == "page has no users"));
    REQUIRE(__free_pages(node.pgdat, *neighbour, 0));
    CHECK_FALSE(check(node.pgdat));
}

TEST_CASE("a page with two users is freed by the second")
{
    TestNode node(kZoneLayout64, pc_map(128ull << 20));
    node.start();
    unsigned long const free = nr_free_pages(node.pgdat);
    page* const p = alloc_pages(node.pgdat, GFP_USER, 0);
    p->_refcount++;
    REQUIRE(__free_pages(node.pgdat, *p, 0));
    CHECK(nr_free_pages(node.pgdat) == free - 1);
    REQUIRE(__free_pages(node.pgdat, *p, 0));
    CHECK(nr_free_pages(node.pgdat) == free);
}

TEST_CASE("migrate types come from the request")
{
    TestNode node(kZoneLayout64, pc_map(128ull << 20));
    node.start();
    auto const type = [&](gfp_t gfp) {
        page* const p = alloc_pages(node.pgdat, gfp, 0);
        zone const& z = page_zone(node.pgdat, *p);
        return get_pageblock_migratetype(z, pfn_of(z, *p));
    };
    CHECK(type(GFP_KERNEL) == MIGRATE_UNMOVABLE);
    CHECK(type(GFP_HIGHUSER_MOVABLE) == MIGRATE_MOVABLE);
    CHECK(type(GFP_KERNEL | __GFP_RECLAIMABLE) == MIGRATE_RECLAIMABLE);
}

TEST_CASE("a 64-bit kernel takes DMA32 before it mixes migrate types in Normal")
{
    // Three zones of 16, 16 and 4 MiB.
    TestNode node(kZoneLayout64, {{0x10'0000, 0x23f'0000, kE820Usable}}, 0, {0x1000, 0x2000});
    memblock_free_all(node.pgdat); // without watermarks
    zone& normal = node.zone_named("Normal");
    while (normal.free_area[10].nr_free + normal.free_area[9].nr_free > 0)
        REQUIRE(zone_of(node, alloc_pages(node.pgdat, GFP_HIGHUSER_MOVABLE, 0)) == "Normal");
    REQUIRE(normal.vm_stat[NR_FREE_PAGES] > 0);
    CHECK(zone_of(node, alloc_pages(node.pgdat, GFP_KERNEL, 0)) == "DMA32");
    CHECK(zone_of(node, alloc_pages(node.pgdat, GFP_HIGHUSER_MOVABLE, 0)) == "Normal");
}

TEST_CASE("a multi-page atomic request reserves its pageblock; the last resort gives it back")
{
    TestNode node(kZoneLayout64, pc_map(128ull << 20));
    node.start();
    zone& z = node.zone_named("DMA32");
    auto const order0 = take_all(node, GFP_KERNEL, 0); // down to the min watermark
    std::vector<page*> some(order0.begin(), order0.begin() + 64);
    free_all(node, some, 0);
    page* const p = alloc_pages(node.pgdat, GFP_ATOMIC | __GFP_MEMALLOC, 1);
    REQUIRE(p != nullptr);
    REQUIRE(z.nr_reserved_highatomic == pageblock_nr_pages);
    CHECK(get_pageblock_migratetype(z, pfn_of(z, *p)) == MIGRATE_HIGHATOMIC);
    CHECK_FALSE(check(node.pgdat));
    REQUIRE(__free_pages(node.pgdat, *p, 1));
    auto const rest = take_all(node, GFP_KERNEL | __GFP_MEMALLOC, 0);
    CHECK(z.nr_reserved_highatomic == 0);
    CHECK(nr_free_pages(node.pgdat) == 0);
    CHECK_FALSE(check(node.pgdat));
}

} // namespace pagelab::mm
