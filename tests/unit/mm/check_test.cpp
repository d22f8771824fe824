#include <string>

#include <doctest/doctest.h>

#include "guestkernel/mm/buddy.hpp"
#include "guestkernel/mm/check.hpp"
#include "tests/unit/mm/test_node.hpp"

namespace pagelab::mm {

namespace {

// Free blocks of several orders, and the free block of order 3 to be damaged.
struct Fixture {
    TestNode node{kZoneLayout32, pc_map(32ull << 20)};
    pglist_data& pgdat = node.pgdat;
    page* block = nullptr;
    zone* z = nullptr;

    Fixture()
    {
        node.start();
        page* const taken = alloc_pages(pgdat, GFP_KERNEL, 3);
        REQUIRE(taken != nullptr);
        block = taken + 8;
        z = &page_zone(pgdat, *block);
        REQUIRE(page_buddy(*block));
        REQUIRE(buddy_order(*block) == 3);
        REQUIRE_FALSE(check(pgdat));
    }

    void expect_damage(std::string const& what)
    {
        damage const found = check(pgdat);
        REQUIRE(found);
        CHECK(std::string(found.what) == what);
        CHECK(found.zone == zone_idx(*z));
    }
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "a user of a free page")
{
    block[5]._refcount = 1;
    expect_damage("free page has users");
    CHECK(check(pgdat).pfn.value == pfn_of(*z, block[5]));
    CHECK(check(pgdat).order == 3);
}

TEST_CASE_FIXTURE(Fixture, "a listed page that is not free")
{
    clear_page_type(*block, PG_buddy);
    expect_damage("listed page is not free");
}

TEST_CASE_FIXTURE(Fixture, "another order than its list's")
{
    block->private_ = 2;
    expect_damage("page is on the list of another order");
}

TEST_CASE_FIXTURE(Fixture, "a free page inside a free block")
{
    set_page_type(block[4], PG_buddy);
    expect_damage("free blocks overlap");
}

TEST_CASE_FIXTURE(Fixture, "a page of another zone")
{
    block[2].flags ^= ZoneField::make(1);
    expect_damage("page of another zone");
}

TEST_CASE_FIXTURE(Fixture, "a reserved free page")
{
    set_page_flag(block[1], PG_reserved);
    expect_damage("free page is reserved");
}

TEST_CASE_FIXTURE(Fixture, "links that lead nowhere")
{
    for (uintptr_t target : {uintptr_t{0}, uintptr_t{1}, lib::kListPoison1,
                             reinterpret_cast<uintptr_t>(&block->mapping),
                             reinterpret_cast<uintptr_t>(&pgdat.node_mem_map[0xb0].buddy_list)}) {
        list_head* const saved = block->buddy_list.next;
        block->buddy_list.next = reinterpret_cast<list_head*>(target);
        expect_damage("list leads to no page of the zone");
        block->buddy_list.next = saved;
    }
}

TEST_CASE_FIXTURE(Fixture, "a link that does not lead back")
{
    list_head* const saved = block->buddy_list.prev;
    block->buddy_list.prev = &block->buddy_list;
    expect_damage("list does not lead back");
    block->buddy_list.prev = saved;
    z->free_area[3].free_list[MIGRATE_RECLAIMABLE].prev = &block->buddy_list;
    expect_damage("list does not lead back");
}

TEST_CASE_FIXTURE(Fixture, "wrong counts")
{
    z->free_area[5].nr_free++;
    expect_damage("nr_free differs from the lists");
    z->free_area[5].nr_free--;
    z->vm_stat[NR_FREE_PAGES]--;
    expect_damage("NR_FREE_PAGES differs from the lists");
}

TEST_CASE_FIXTURE(Fixture, "a free block on no list, counts adjusted")
{
    list_head const links = block->buddy_list;
    links.prev->next = links.next;
    links.next->prev = links.prev;
    z->free_area[3].nr_free--;
    z->vm_stat[NR_FREE_PAGES] -= 8;
    expect_damage("free block is on no list");
}

TEST_CASE_FIXTURE(Fixture, "buddies that were not merged")
{
    page* const taken = block - 8;
    REQUIRE(taken->_refcount == 1);
    taken->_refcount = 0;
    add_to_free_list(*z, *taken, 3, MIGRATE_UNMOVABLE);
    z->vm_stat[NR_FREE_PAGES] += 8;
    expect_damage("free buddies are not merged");
}

TEST_CASE_FIXTURE(Fixture, "a block beyond its alignment or its zone")
{
    del_page_from_free_list(*z, *block, 3);
    add_to_free_list(*z, block[1], 3, MIGRATE_UNMOVABLE);
    expect_damage("block is not aligned to its order");
    del_page_from_free_list(*z, block[1], 3);
    page& last = pgdat.node_mem_map[0x1fc0]; // 32 pages before the zone's end, 64-aligned
    del_page_from_free_list(*z, last, buddy_order(last));
    add_to_free_list(*z, last, 6, MIGRATE_MOVABLE);
    expect_damage("block leaves its zone");
}

} // namespace pagelab::mm
