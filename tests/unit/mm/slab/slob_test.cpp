// SLOB: blocks and their headers, first fit, merging, whole pages, caches.
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/mm/pcp.hpp"
#include "guestkernel/mm/slab/slob.hpp"
#include "tests/unit/mm/slab/test_caches.hpp"

namespace pagelab::mm {

namespace {

struct Fixture {
    Fixture() { t.start(); }

    char* take(size_t size, gfp_t gfp = GFP_KERNEL)
    {
        void* const object = kmalloc(t.caches, size, gfp);
        REQUIRE(object != nullptr);
        return static_cast<char*>(object);
    }

    void give(void const* object) { kfree(t.caches, object); }

    slab& page_of(void const* object) { return *virt_to_slab(t.caches.env, object); }
    slob_heap& heap() { return *static_cast<slob_heap*>(t.caches.allocator); }

    TestCaches t{slob_operations};
};

unsigned length(list_head const& list)
{
    unsigned count = 0;
    for (list_head const* link = list.next; link != &list; link = link->next)
        count++;
    return count;
}

} // namespace

TEST_CASE_FIXTURE(Fixture, "the unit encoding of free blocks")
{
    alignas(4096) static slobidx_t page[kSlobPageUnits];
    set_slob(page + 10, 5, page + 100);
    CHECK(page[10] == 5);
    CHECK(page[11] == 100);
    set_slob(page + 20, 1, page + 2048);
    CHECK(page[20] == -2048);
    CHECK(slob_units(page + 10) == 5);
    CHECK(slob_units(page + 20) == 1);
    CHECK(slob_next(page + 10) == page + 100);
    CHECK(slob_last(page + 20));
    CHECK_FALSE(slob_last(page + 10));
}

TEST_CASE_FIXTURE(Fixture, "kmalloc puts the size in front, and aligns powers of two")
{
    char* const object = take(100);
    CHECK(*reinterpret_cast<unsigned*>(object - 8) == 100);
    CHECK(reinterpret_cast<uintptr_t>(object) % 8 == 0);
    CHECK(ksize(t.caches, object) == 100);
    CHECK(ksize(t.caches, take(33)) == 34); // units of two bytes
    for (size_t size : {16, 64, 512, 2048})
        CHECK(reinterpret_cast<uintptr_t>(take(size)) % size == 0);
    CHECK(t.damage() == "none");
}

TEST_CASE_FIXTURE(Fixture, "first fit: a hole is taken by what fits it, and no more")
{
    char* const a = take(40);
    char* const b = take(40);
    char* const c = take(40);
    REQUIRE(b == a + 48);
    REQUIRE(c == b + 48);
    give(b);
    CHECK(take(100) > c);
    char* const d = take(12);
    CHECK(d == b);
    CHECK(take(12) == d + 24); // 20 bytes, and 4 that no aligned block can have
    CHECK(t.damage() == "none");
}

TEST_CASE_FIXTURE(Fixture, "the search goes on where the last one ended")
{
    std::vector<char*> taken;
    for (unsigned i = 0; i < 16; i++) // eight in a page, which leaves a few bytes between them
        taken.push_back(take(500));
    slab const& first = page_of(taken[0]);
    slab const& second = page_of(taken[15]);
    REQUIRE(&first != &second);
    REQUIRE(heap().free_slob_medium.next == &second.slab_list);
    give(taken[3]);
    CHECK(take(500) == taken[3]);
    CHECK(heap().free_slob_medium.next == &first.slab_list);
    CHECK(t.damage() == "none");
}

TEST_CASE_FIXTURE(Fixture, "free neighbours merge, from either side and both")
{
    char* const fence = take(200); // so that the page stays
    std::vector<char*> b;
    for (unsigned i = 0; i < 5; i++)
        b.push_back(take(40));
    slab const& page = page_of(fence);
    long const units = page.units;
    give(b[0]);
    give(b[2]);
    CHECK(t.damage() == "none"); // which includes that none touch
    give(b[1]);
    CHECK(t.damage() == "none");
    CHECK(page.units == units + 3 * 24);
    give(b[4]);
    give(b[3]);
    CHECK(t.damage() == "none");
    CHECK(take(5 * 48 - 8) == b[0]);
}

TEST_CASE_FIXTURE(Fixture, "three lists by size; a page without use goes back")
{
    unsigned long const before = t.free_pages();
    char* const small = take(247);
    char* const medium = take(248); // 256 with its header
    char* const large = take(1016);
    CHECK(t.free_pages() == before - 2); // the heap's own state is on a page for small ones
    CHECK(length(heap().free_slob_small) == 1);
    CHECK(length(heap().free_slob_medium) == 1);
    CHECK(length(heap().free_slob_large) == 1);
    CHECK(t.node.pgdat.vm_stat[NR_SLAB_UNRECLAIMABLE_B] == 3);
    give(small);
    give(medium);
    give(large);
    CHECK(t.free_pages() == before);
    CHECK(length(heap().free_slob_medium) == 0);
    CHECK(t.damage() == "none");
}

TEST_CASE_FIXTURE(Fixture, "a full page is on no list, and on its freer's list again")
{
    char* const a = take(2040);
    char* const b = take(2040);
    REQUIRE(b == a + 2048);
    CHECK(length(heap().free_slob_large) == 0);
    give(a);
    CHECK(length(heap().free_slob_large) == 1);
    CHECK(page_of(b).units == 1024);
    CHECK(t.damage() == "none");
    give(b);
    CHECK(length(heap().free_slob_large) == 0);
}

TEST_CASE_FIXTURE(Fixture, "from a page less its header on, whole pages")
{
    unsigned long const before = t.free_pages();
    char* const below = take(4087);
    CHECK(virt_to_slab(t.caches.env, below) != nullptr);
    char* const one = take(4088);
    CHECK(virt_to_slab(t.caches.env, one) == nullptr);
    CHECK(ksize(t.caches, one) == 4096);
    char* const four = take(9000);
    CHECK(ksize(t.caches, four) == 16384);
    CHECK(t.free_pages() == before - 6);
    for (char* object : {below, one, four})
        give(object);
    CHECK(t.free_pages() == before);
    CHECK(kmalloc(t.caches, KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN) == nullptr);
    CHECK(kmalloc(t.caches, 10, GFP_KERNEL | __GFP_HIGHMEM) == nullptr);
    CHECK(kmalloc(t.caches, 0, GFP_KERNEL) == ZERO_SIZE_PTR);
}

TEST_CASE_FIXTURE(Fixture, "zeroed on demand")
{
    char* const dirty = take(100);
    std::memset(dirty, 0xff, 100);
    give(dirty);
    char* const clean = take(100, GFP_KERNEL | __GFP_ZERO);
    for (unsigned i = 0; i < 100; i++)
        CHECK(clean[i] == 0);
}

TEST_CASE_FIXTURE(Fixture, "a cache's objects have no header, and are constructed each time")
{
    static unsigned calls;
    calls = 0;
    kmem_cache* const s = kmem_cache_create(t.caches, "thing", 51, 0, 0, [](void*) { calls++; });
    REQUIRE(s != nullptr);
    CHECK(s->size == 52);
    void* const a = kmem_cache_alloc(*s, GFP_KERNEL);
    void* const b = kmem_cache_alloc(*s, GFP_KERNEL);
    CHECK(static_cast<char*>(b) - static_cast<char*>(a) == 56); // 52, aligned to 8
    CHECK(calls == 2);
    kmem_cache_free(*s, a);
    CHECK(kmem_cache_alloc(*s, GFP_KERNEL) == a);
    CHECK(calls == 3);
    kmem_cache_destroy(s); // nobody counts objects
    CHECK(t.take_log().empty());
    CHECK(t.damage() == "none");
}

TEST_CASE_FIXTURE(Fixture, "a cache of large objects takes whole pages")
{
    unsigned long const before = t.free_pages();
    kmem_cache* const s = kmem_cache_create(t.caches, "large", 10'000, 0, 0, nullptr);
    unsigned long const with_cache = t.free_pages();
    void* const object = kmem_cache_alloc(*s, GFP_KERNEL);
    REQUIRE(object != nullptr);
    CHECK(t.free_pages() == with_cache - 4);
    kmem_cache_free(*s, object);
    CHECK(t.free_pages() == with_cache);
    kmem_cache_free(*s, t.caches.allocator); // a block, not pages
    CHECK(t.take_log().find("WARNING: object pointer: 0x") == 0);
    kmem_cache_destroy(s);
    CHECK(t.free_pages() >= before);
}

TEST_CASE_FIXTURE(Fixture, "no memory is null, and changes nothing")
{
    world.fail_from = world.page_calls;
    world.fail_to = ~0ul;
    CHECK(kmalloc(t.caches, 3000, GFP_KERNEL) == nullptr);
    CHECK(kmalloc(t.caches, 30'000, GFP_KERNEL) == nullptr);
    CHECK(t.damage() == "none");
    world.fail_to = 0;
    give(take(3000));
}

TEST_CASE_FIXTURE(Fixture, "check tells damage")
{
    take(100);
    char* const hole = take(40);
    char* const object = take(40);
    give(hole);
    slab& page = page_of(object);
    auto* const block = static_cast<slobidx_t*>(page.freelist);
    REQUIRE(t.damage() == "none");
    auto const expect_damage = [&](std::string const& what, auto& field, auto value) {
        auto const saved = field;
        field = value;
        CHECK(t.damage() == what);
        field = saved;
    };
    expect_damage("units differ from the free blocks", page.units, page.units + 1);
    expect_damage("free block is not in its page", page.freelist,
                  static_cast<void*>(reinterpret_cast<char*>(block) + 4096));
    expect_damage("free block leaves its page", block[0], static_cast<slobidx_t>(2048));
    expect_damage("free blocks touch or are out of order", block[1], slobidx_t{0});
    expect_damage("page is not the heap's", page.__page_flags, 0ul);
    expect_damage("list does not lead back", heap().free_slob_small.prev, &heap().free_slob_large);
    expect_damage("list leads to no page", page.slab_list.next, static_cast<list_head*>(nullptr));
}

} // namespace pagelab::mm
