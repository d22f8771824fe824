#include <doctest/doctest.h>

#include "guestkernel/mm/check.hpp"
#include "guestkernel/mm/pageblock.hpp"
#include "tests/unit/mm/memory_world.hpp"

namespace pagelab::mm {

namespace {

constexpr uint64_t kRam = 1024ull << 20;

long buddy_pages(zone const& z)
{
    return z.vm_stat[NR_FREE_PAGES];
}

} // namespace

TEST_CASE("an empty list is refilled by a batch, of large blocks by fewer")
{
    MemoryWorld world(kZoneLayout64, pc_map(kRam));
    zone& z = world.node.zone_named("DMA32");
    per_cpu_pages& pcp = z.per_cpu_pageset[0];
    REQUIRE(pcp.batch == 63);
    long const before = buddy_pages(z);
    page* const p = alloc_pages(world.pgdat(), GFP_KERNEL, 0);
    CHECK(pcp.count == 62);
    CHECK(buddy_pages(z) == before - 63);
    page* const q = alloc_pages(world.pgdat(), GFP_KERNEL, 3);
    CHECK(pcp.count == 62 + (63 / 8 - 1) * 8);
    CHECK(nr_free_pcp(z) == static_cast<unsigned long>(pcp.count));
    CHECK_FALSE(check(world.pgdat()));
    REQUIRE(__free_pages(world.pgdat(), *p, 0));
    REQUIRE(__free_pages(world.pgdat(), *q, 3));
    drain_all_pages(world.pgdat());
    CHECK(pcp.count == 0);
    CHECK(buddy_pages(z) == before);
    CHECK(world.pgdat().vm_event[PGALLOC + 1] == 9);
    CHECK(world.pgdat().vm_event[PGFREE] == 9);
}

TEST_CASE("the last page freed is the first taken; types and orders have their own lists")
{
    MemoryWorld world(kZoneLayout64, pc_map(kRam));
    auto& pgdat = world.pgdat();
    page* const first = alloc_pages(pgdat, GFP_KERNEL, 0);
    page* const second = alloc_pages(pgdat, GFP_KERNEL, 0);
    REQUIRE(__free_pages(pgdat, *first, 0));
    REQUIRE(__free_pages(pgdat, *second, 0));
    CHECK(alloc_pages(pgdat, GFP_HIGHUSER_MOVABLE, 0) != second);
    CHECK(alloc_pages(pgdat, GFP_KERNEL, 1) != second);
    CHECK(alloc_pages(pgdat, GFP_KERNEL, 0) == second);
    CHECK(alloc_pages(pgdat, GFP_KERNEL, 0) == first);
}

TEST_CASE("what exceeds `high` goes back, more each time nothing is taken")
{
    MemoryWorld world(kZoneLayout64, pc_map(kRam));
    auto& pgdat = world.pgdat();
    zone& z = world.node.zone_named("DMA32");
    per_cpu_pages& pcp = z.per_cpu_pageset[0];
    std::vector<page*> pages;
    for (int i = 0; i < 4 * pcp.high; i++)
        pages.push_back(alloc_pages(pgdat, GFP_KERNEL, 0));
    for (page* p : pages) {
        REQUIRE(__free_pages(pgdat, *p, 0));
        CHECK(pcp.count < pcp.high);
    }
    CHECK(pcp.free_factor > 0);
    CHECK_FALSE(check(pgdat));
    REQUIRE(alloc_pages(pgdat, GFP_KERNEL, 0) != nullptr);
    int const halved = pcp.free_factor;
    REQUIRE(alloc_pages(pgdat, GFP_KERNEL, 0) != nullptr);
    CHECK(pcp.free_factor == halved / 2);
}

TEST_CASE("larger blocks freed in a row are not kept")
{
    MemoryWorld world(kZoneLayout64, pc_map(kRam));
    auto& pgdat = world.pgdat();
    per_cpu_pages& pcp = world.node.zone_named("DMA32").per_cpu_pageset[0];
    page* const p = alloc_pages(pgdat, GFP_KERNEL, 2);
    pcp.free_factor = 1;
    REQUIRE(__free_pages(pgdat, *p, 2));
    CHECK(pcp.count == 0);
}

TEST_CASE("while pages are reclaimed a CPU keeps four batches")
{
    MemoryWorld world(kZoneLayout64, pc_map(kRam));
    auto& pgdat = world.pgdat();
    zone& z = world.node.zone_named("DMA32");
    std::vector<page*> pages;
    for (int i = 0; i < 1000; i++)
        pages.push_back(alloc_pages(pgdat, GFP_KERNEL, 0));
    z.flags |= 1ul << ZONE_RECLAIM_ACTIVE;
    for (page* p : pages)
        REQUIRE(__free_pages(pgdat, *p, 0));
    CHECK(z.per_cpu_pageset[0].count <= 4 * 63);
}

TEST_CASE("a boot pageset keeps nothing; an isolated pageblock's pages are not kept")
{
    TestNode node(kZoneLayout32, pc_map(kRam));
    node.start();
    page* const p = alloc_pages(node.pgdat, GFP_KERNEL, 0);
    CHECK(node.zone_named("Normal").boot_pageset.count == 0);
    REQUIRE(__free_pages(node.pgdat, *p, 0));
    CHECK(node.zone_named("Normal").boot_pageset.count == 0);
    CHECK(nr_free_pages(node.pgdat) == totalram_pages(node.pgdat));

    MemoryWorld world(kZoneLayout32, pc_map(kRam));
    zone& z = world.node.zone_named("Normal");
    page* const q = alloc_pages(world.pgdat(), GFP_KERNEL, 0);
    int const kept = z.per_cpu_pageset[0].count;
    set_pageblock_migratetype(z, pfn_of(z, *q), MIGRATE_ISOLATE);
    REQUIRE(__free_pages(world.pgdat(), *q, 0));
    CHECK(z.per_cpu_pageset[0].count == kept);
}

TEST_CASE("check finds damage on a CPU's list")
{
    MemoryWorld world(kZoneLayout64, pc_map(kRam));
    per_cpu_pages& pcp = world.node.zone_named("DMA32").per_cpu_pageset[0];
    page* const p = alloc_pages(world.pgdat(), GFP_KERNEL, 0);
    REQUIRE(__free_pages(world.pgdat(), *p, 0));
    auto const found = [&] {
        damage const d = check(world.pgdat());
        return std::string(d.what != nullptr ? d.what : "none");
    };
    CHECK(found() == "none");
    pcp.count++;
    CHECK(found() == "count differs from the cpu's lists");
    pcp.count--;
    p->_refcount = 1;
    CHECK(found() == "page on a cpu's list has users");
    p->_refcount = 0;
    set_page_flag(*p, PG_dirty);
    CHECK(found() == "page on a cpu's list has flags set");
    clear_page_flag(*p, PG_dirty);
    list_head const saved = p->pcp_list;
    p->pcp_list.next = &pcp.lists[5];
    CHECK(found() != "none");
    p->pcp_list = saved;
    CHECK(found() == "none");
}

} // namespace pagelab::mm
