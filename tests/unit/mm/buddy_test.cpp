#include <doctest/doctest.h>

#include "guestkernel/mm/buddy.hpp"
#include "guestkernel/mm/check.hpp"
#include "guestkernel/mm/pageblock.hpp"
#include "tests/unit/mm/test_node.hpp"

namespace pagelab::mm {

namespace {

// Three blocks of the largest order, all Movable, in one zone from 4 MiB to 16 MiB.
struct Fixture {
    TestNode node{kZoneLayout64, {{0x40'0000, 0xc0'0000, kE820Usable}}, 0};
    pglist_data& pgdat = node.pgdat;
    zone& z = pgdat.node_zones[0];

    Fixture()
    {
        memblock_free_all(pgdat);
        REQUIRE_FALSE(check(pgdat));
    }

    unsigned long blocks(unsigned order, migratetype type)
    {
        unsigned long count = 0;
        list_head& list = z.free_area[order].free_list[type];
        for (list_head* at = list.next; at != &list; at = at->next)
            count++;
        return count;
    }

    page* take(unsigned order, migratetype type)
    {
        page* const p = rmqueue(z, order, type, fallback_policy::kAllowed);
        REQUIRE(p != nullptr);
        p->_refcount = 1;
        REQUIRE_FALSE(check(pgdat));
        return p;
    }

    void put(page* p, unsigned order)
    {
        p->_refcount = 0;
        free_one_page(z, *p, order, free_place::kByNeighbour);
        REQUIRE_FALSE(check(pgdat));
    }

    unsigned long pfn(page const* p) { return pfn_of(z, *p); }
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "boot frees whole blocks; the pageblock bitmap took the top one's end")
{
    CHECK(z.free_area[10].nr_free == 2);
    CHECK(z.managed_pages == 3 * 1024 - 1);
}

TEST_CASE_FIXTURE(Fixture, "taking splits, freeing merges again")
{
    page* first[3];
    for (page*& p : first) // empties the largest order, and the top block's half
        p = take(9, MIGRATE_MOVABLE);
    page* const p = take(0, MIGRATE_MOVABLE);
    put(p, 0);
    for (page* block : first)
        put(block, 9);
    CHECK(z.free_area[10].nr_free == 2);
    CHECK(z.vm_stat[NR_FREE_PAGES] == 3 * 1024 - 1);
}

TEST_CASE_FIXTURE(Fixture, "a split leaves one block of each order below, the low half is taken")
{
    while (z.free_area[10].nr_free < 2 || nr_free_pages(pgdat) > 2048)
        take(0, MIGRATE_MOVABLE);
    page* const p = take(0, MIGRATE_MOVABLE);
    CHECK(pfn(p) % 1024 == 0);
    for (unsigned order = 0; order < 10; order++) {
        CHECK(z.free_area[order].nr_free == 1);
        page* const rest = get_page_from_free_area(z.free_area[order], MIGRATE_MOVABLE);
        CHECK(pfn(rest) == pfn(p) + (1ul << order));
    }
    put(p, 0);
    CHECK(z.free_area[10].nr_free == 2);
}

TEST_CASE_FIXTURE(Fixture, "a freed block goes to the head, or to the tail if it may soon merge")
{
    page* p[8];
    while (nr_free_pages(pgdat) > 2048)
        take(0, MIGRATE_MOVABLE);
    for (page*& each : p)
        each = take(0, MIGRATE_MOVABLE); // eight neighbours, 8-aligned
    REQUIRE(pfn(p[7]) == pfn(p[0]) + 7);
    list_head& list = z.free_area[0].free_list[MIGRATE_MOVABLE];
    put(p[0], 0);
    put(p[5], 0);
    CHECK(list.next == &p[5]->buddy_list); // head: taken first
    put(p[1], 0);                          // merges with 0 to an order-1 block at the head
    CHECK(buddy_order(*p[0]) == 1);
    put(p[3], 0); // its pair is half free, and the pair's buddy (0, 1) is: tail
    CHECK(list.prev == &p[3]->buddy_list);
    CHECK(list.next == &p[5]->buddy_list);
}

TEST_CASE_FIXTURE(Fixture, "Unmovable steals a whole Movable block, and its pageblocks with it")
{
    page* const p = take(0, MIGRATE_UNMOVABLE);
    CHECK(p->index == MIGRATE_UNMOVABLE);
    unsigned long const start = pfn(p) & ~1023ul;
    CHECK(get_pageblock_migratetype(z, start) == MIGRATE_UNMOVABLE);
    CHECK(get_pageblock_migratetype(z, start + 512) == MIGRATE_UNMOVABLE);
    CHECK(z.free_area[10].nr_free == 1);
    CHECK(blocks(9, MIGRATE_UNMOVABLE) == 1);
    take(0, MIGRATE_UNMOVABLE);
    CHECK(z.free_area[10].nr_free == 1); // from its own lists now
}

TEST_CASE_FIXTURE(Fixture, "Reclaimable prefers to steal from Unmovable")
{
    take(0, MIGRATE_UNMOVABLE);
    take(10, MIGRATE_MOVABLE);
    REQUIRE(z.free_area[10].nr_free == 0);
    // Largest blocks left: order 9, one Movable (the top block's half) and one Unmovable.
    REQUIRE(blocks(9, MIGRATE_UNMOVABLE) == 1);
    REQUIRE(blocks(9, MIGRATE_MOVABLE) == 1);
    take(0, MIGRATE_RECLAIMABLE);
    CHECK(blocks(9, MIGRATE_UNMOVABLE) == 0);
    CHECK(blocks(9, MIGRATE_MOVABLE) == 1);
}

TEST_CASE_FIXTURE(Fixture,
                  "a small Movable request takes the smallest foreign block, not a pageblock")
{
    take(10, MIGRATE_MOVABLE);
    take(0, MIGRATE_UNMOVABLE); // 1023 pages are Unmovable's
    while (blocks(9, MIGRATE_MOVABLE) + blocks(8, MIGRATE_MOVABLE) > 0)
        take(8, MIGRATE_MOVABLE);
    take(9, MIGRATE_UNMOVABLE);
    for (unsigned order = 8; order >= 4; order--)
        take(order, MIGRATE_UNMOVABLE);
    while (rmqueue_smallest(z, 0, MIGRATE_MOVABLE) != nullptr)
        z.vm_stat[NR_FREE_PAGES]--;
    // Left: Unmovable blocks of orders 0 to 3.
    REQUIRE(z.vm_stat[NR_FREE_PAGES] == 15);
    page* const p = rmqueue(z, 0, MIGRATE_MOVABLE, fallback_policy::kAllowed);
    REQUIRE(p != nullptr);
    CHECK(get_pageblock_migratetype(z, pfn(p)) == MIGRATE_UNMOVABLE);
    CHECK(blocks(0, MIGRATE_UNMOVABLE) == 0);
    CHECK(blocks(3, MIGRATE_UNMOVABLE) == 1);
}

TEST_CASE_FIXTURE(Fixture, "a stolen pageblock changes its type if half of it is the thief's kind")
{
    take(10, MIGRATE_MOVABLE);
    take(10, MIGRATE_MOVABLE);
    take(9, MIGRATE_MOVABLE);
    take(8, MIGRATE_MOVABLE);
    // 255 pages of one pageblock are left. The used ones count as the kernel's.
    page* const p = take(0, MIGRATE_UNMOVABLE);
    CHECK(get_pageblock_migratetype(z, pfn(p)) == MIGRATE_UNMOVABLE);
    CHECK(blocks(0, MIGRATE_MOVABLE) == 0);
    REQUIRE(z.vm_stat[NR_FREE_PAGES] == 254);
    // Movable takes all that is free, but that is less than half.
    page* const q = take(4, MIGRATE_MOVABLE);
    CHECK(get_pageblock_migratetype(z, pfn(q)) == MIGRATE_UNMOVABLE);
    for (unsigned order = 0; order < MAX_ORDER; order++)
        CHECK(blocks(order, MIGRATE_UNMOVABLE) == 0);
}

TEST_CASE_FIXTURE(Fixture, "kWholeBlocks leaves less than a pageblock alone")
{
    take(10, MIGRATE_MOVABLE);
    take(10, MIGRATE_MOVABLE);
    take(9, MIGRATE_MOVABLE);
    CHECK(rmqueue(z, 0, MIGRATE_UNMOVABLE, fallback_policy::kWholeBlocks) == nullptr);
    CHECK(rmqueue(z, 0, MIGRATE_UNMOVABLE, fallback_policy::kAllowed) != nullptr);
}

TEST_CASE_FIXTURE(Fixture, "HighAtomic and Isolate pageblocks do not merge with others")
{
    page* const low = take(9, MIGRATE_MOVABLE);
    page* const block = take(10, MIGRATE_MOVABLE);
    for (migratetype type : {MIGRATE_HIGHATOMIC, MIGRATE_ISOLATE}) {
        set_pageblock_migratetype(z, pfn(block), type);
        put(block, 9);
        put(block + 512, 9);
        CHECK(blocks(9, type) == 1);
        CHECK(page_buddy(block[512]));
        page* const upper = &block[512];
        del_page_from_free_list(z, *upper, 9);
        del_page_from_free_list(z, *block, 9);
        z.vm_stat[NR_FREE_PAGES] -= type == MIGRATE_ISOLATE ? 512 : 1024;
        REQUIRE_FALSE(check(pgdat));
    }
    put(low, 9);
}

} // namespace pagelab::mm
