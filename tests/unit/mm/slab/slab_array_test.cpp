// SLAB without debugging: where objects and free lists lie, how arrays fill and empty.
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/mm/slab/slab_array.hpp"
#include "tests/unit/mm/slab/test_caches.hpp"

namespace pagelab::mm {

namespace {

struct Fixture {
    explicit Fixture(unsigned nr_cpus = 1) : t(slab_array_operations, nullptr, nr_cpus)
    {
        t.start();
    }

    kmem_cache& create(unsigned size, slab_flags_t flags = 0, void (*ctor)(void*) = nullptr)
    {
        kmem_cache* const s = kmem_cache_create(t.caches, "thing", size, 0, flags, ctor);
        REQUIRE(s != nullptr);
        return *s;
    }

    std::vector<void*> take(kmem_cache& s, unsigned count)
    {
        std::vector<void*> objects;
        for (unsigned i = 0; i < count; i++) {
            objects.push_back(kmem_cache_alloc(s, GFP_KERNEL));
            REQUIRE(objects.back() != nullptr);
        }
        return objects;
    }

    void give(kmem_cache& s, std::vector<void*> const& objects)
    {
        for (void* object : objects)
            kmem_cache_free(s, object);
    }

    slab& slab_of(void* object) { return *virt_to_slab(t.caches.env, object); }

    TestCaches t;
};

void nothing(void*) {}

struct FixtureOf4 : Fixture {
    FixtureOf4() : Fixture(4) {}
};

} // namespace

// Worked out by hand from Linux 6.1's rules, for 32 MiB of memory (slab_max_order 0).
TEST_CASE_FIXTURE(Fixture, "the free list's place, objects in a slab, colours, array sizes")
{
    struct {
        unsigned size;
        bool has_ctor;
        slab_flags_t place;
        unsigned num, order, colour, limit;
    } const expected[] = {
        {16, false, 0, 240, 0, 0, 120},                      // 256 would not fit one byte
        {32, false, 0, 124, 0, 0, 120},                      // 128 numbers do not fit 32 bytes
        {64, false, CFLGS_OBJFREELIST_SLAB, 64, 0, 0, 120},  // 64 do
        {64, true, 0, 63, 0, 0, 120},                        // not where users can see it
        {192, false, CFLGS_OBJFREELIST_SLAB, 21, 0, 1, 120}, // 64 bytes left
        {192, true, 0, 21, 0, 0, 120},                       // 43 bytes left
        {256, true, CFLGS_OFF_SLAB, 16, 0, 0, 120},          // kmalloc-16 <= 256 / 2
        {704, false, CFLGS_OBJFREELIST_SLAB, 5, 0, 9, 54},   // 576 bytes left
        {2048, true, CFLGS_OFF_SLAB, 2, 0, 0, 24},
        {4096, false, CFLGS_OBJFREELIST_SLAB, 1, 0, 0, 24},
        {5000, false, CFLGS_OBJFREELIST_SLAB, 1, 1, 49, 8}, // one object needs two pages
        {200000, false, CFLGS_OBJFREELIST_SLAB, 1, 6, 971, 1},
    };
    for (auto const& e : expected) {
        INFO("size ", e.size, e.has_ctor ? " with constructor" : "");
        kmem_cache& s = create(e.size, 0, e.has_ctor ? nothing : nullptr);
        CHECK((s.flags & (CFLGS_OBJFREELIST_SLAB | CFLGS_OFF_SLAB)) == e.place);
        CHECK(s.array.num == e.num);
        CHECK(s.array.gfporder == e.order);
        CHECK(s.array.colour == e.colour);
        CHECK(s.array.limit == e.limit);
        CHECK(s.array.batchcount == (e.limit + 1) / 2);
        CHECK(s.array.shared == 0);
        CHECK(s.array.node->free_limit == 2 * s.array.batchcount + s.array.num);
        std::vector<void*> const objects = take(s, 2 * e.num + 1);
        CHECK(t.damage() == "none");
        give(s, objects);
        CHECK(t.damage() == "none");
        kmem_cache_destroy(&s);
    }
}

TEST_CASE_FIXTURE(Fixture, "what was freed last is taken first")
{
    kmem_cache& s = create(64);
    std::vector<void*> const objects = take(s, 3);
    CHECK(std::set<void*>(objects.begin(), objects.end()).size() == 3);
    give(s, objects);
    CHECK(kmem_cache_alloc(s, GFP_KERNEL) == objects[2]);
    CHECK(kmem_cache_alloc(s, GFP_KERNEL) == objects[1]);
    CHECK(kmem_cache_alloc(s, GFP_KERNEL) == objects[0]);
}

TEST_CASE_FIXTURE(Fixture, "an array that is empty gets a batch, a full one gives its oldest back")
{
    kmem_cache& s = create(64); // limit 120, batch 60
    take(s, 1);
    array_cache const& ac = cpu_cache_get(s);
    CHECK(ac.avail == BATCHREFILL_LIMIT - 1); // little use so far
    std::vector<void*> objects = take(s, BATCHREFILL_LIMIT - 1);
    CHECK(ac.avail == 0);
    take(s, 1);
    CHECK(ac.avail == 47); // what the first slab still had
    while (ac.avail > 0)
        objects.push_back(kmem_cache_alloc(s, GFP_KERNEL));
    while (objects.size() < 130)
        objects.push_back(kmem_cache_alloc(s, GFP_KERNEL));
    while (ac.avail > 0)
        objects.push_back(kmem_cache_alloc(s, GFP_KERNEL));
    for (unsigned i = 0; i < 120; i++)
        kmem_cache_free(s, objects[i]);
    CHECK(ac.avail == 120);
    CHECK(array_entries(ac)[0] == objects[0]);
    kmem_cache_free(s, objects[120]);
    CHECK(ac.avail == 61);
    CHECK(array_entries(ac)[0] == objects[60]);
    CHECK(t.damage() == "none");
}

TEST_CASE_FIXTURE(Fixture, "successive slabs begin a cache line further, and start over")
{
    kmem_cache& s = create(704); // five in a page, nine colours
    std::vector<unsigned> colours;
    for (unsigned i = 0; i < 11; i++) {
        slab const& sl = slab_of(take(s, 5).front());
        colours.push_back(
            static_cast<unsigned>(static_cast<char*>(sl.s_mem) - slab_address(t.caches.env, sl)));
    }
    // The array takes more than a slab at a time, so that not each slab is seen; all are different.
    std::set<unsigned> const seen(colours.begin(), colours.end());
    CHECK(seen.size() == 9);
    CHECK(*seen.rbegin() == 512);
    for (unsigned colour : seen)
        CHECK(colour % kCacheLine == 0);
}

TEST_CASE_FIXTURE(Fixture, "the constructor runs once for each object of a slab, before the first")
{
    static unsigned calls;
    calls = 0;
    kmem_cache& s = create(32, 0, [](void* object) {
        calls++;
        *static_cast<unsigned*>(object) = 0x1234;
    });
    void* const object = kmem_cache_alloc(s, GFP_KERNEL);
    CHECK(calls == 124);
    CHECK(*static_cast<unsigned*>(object) == 0x1234);
    kmem_cache_free(s, object);
    std::vector<void*> const objects = take(s, 124);
    CHECK(calls == 124);
    for (void* o : objects)
        CHECK(*static_cast<unsigned*>(o) == 0x1234);
}

TEST_CASE_FIXTURE(Fixture, "shrinking gives all free slabs back; destroying gives everything back")
{
    kmem_cache* const warm = &create(700); // so that arrays of this size have their cache filled
    give(*warm, take(*warm, 100));
    kmem_cache_destroy(warm);
    unsigned long const before = t.free_pages();
    kmem_cache& s = create(700);
    give(s, take(s, 500));
    CHECK(t.free_pages() < before);
    kmem_cache_shrink(s);
    CHECK(slab_array_operations.get_slabinfo(s).num_slabs == 0);
    CHECK(t.damage() == "none");
    kmem_cache_destroy(&s);
    CHECK(t.free_pages() == before);
}

TEST_CASE_FIXTURE(Fixture, "a cache with objects in use is not destroyed")
{
    kmem_cache& s = create(100);
    void* const object = kmem_cache_alloc(s, GFP_KERNEL);
    kmem_cache_destroy(&s);
    CHECK(t.take_log() == "WARNING: kmem_cache_destroy thing: Slab cache still has objects\n");
    CHECK(t.damage() == "none");
    kmem_cache_free(s, object);
    s.refcount = 1;
    kmem_cache_destroy(&s);
    CHECK(t.take_log().empty());
}

TEST_CASE_FIXTURE(Fixture, "free slabs beyond the limit go back at once, the others when reaped")
{
    kmem_cache& s = create(512); // 8 in a page, limit 54, batch 27: free_limit 62
    give(s, take(s, 400));
    kmem_cache_node_array const& n = *s.array.node;
    CHECK(n.free_objects <= n.free_limit);
    CHECK(n.free_slabs > 0);
    unsigned const in_array = cpu_cache_get(s).avail;
    CHECK(in_array > 40);

    cache_reap(t.caches); // touched: nothing is drained
    CHECK(cpu_cache_get(s).avail == in_array);
    cache_reap(t.caches);
    CHECK(cpu_cache_get(s).avail == in_array - 11); // (54 + 4) / 5
    world.nanoseconds += 40'000'000'000;            // all nodes are due
    CHECK(n.free_touched);
    cache_reap(t.caches);
    CHECK_FALSE(n.free_touched);
    CHECK(n.stats.reaped == 0);
    world.nanoseconds += 40'000'000'000;
    cache_reap(t.caches); // (62 + 39) / 40 slabs
    CHECK(n.stats.reaped == 2);
    CHECK(t.damage() == "none");
    for (unsigned i = 0; i < 40; i++) {
        world.nanoseconds += 40'000'000'000;
        cache_reap(t.caches);
    }
    CHECK(n.total_slabs == 0);
}

TEST_CASE_FIXTURE(FixtureOf4, "what one CPU frees another one gets, by way of the shared array")
{
    kmem_cache& s = create(64);
    CHECK(s.array.shared == 8);
    std::vector<void*> const objects = take(s, 200);
    kmem_cache_node_array const& n = *s.array.node;
    REQUIRE(n.shared != nullptr);
    CHECK(n.shared->limit == 480);
    give(s, objects);
    unsigned const shared = n.shared->avail;
    CHECK(shared == 180); // three times a batch ran over
    CHECK(t.damage() == "none");
    lib::cpu_number = 3;
    void* const object = kmem_cache_alloc(s, GFP_KERNEL);
    CHECK(std::set<void*>(objects.begin(), objects.end()).count(object) == 1);
    CHECK(n.shared->avail == shared - BATCHREFILL_LIMIT);
    CHECK(slab_array_operations.get_slabinfo(s).shared_avail == n.shared->avail);
    kmem_cache_free(s, object);
    CHECK(t.damage() == "none");
    kmem_cache_destroy(&s);
    CHECK(t.take_log().empty());
}

TEST_CASE_FIXTURE(FixtureOf4, "other limits, as slabinfo can be written to")
{
    kmem_cache& s = create(64);
    std::vector<void*> const objects = take(s, 200);
    tune_cpucache(s, 10, 5, 0);
    CHECK(s.array.limit == 10);
    CHECK(s.array.node->shared == nullptr);
    CHECK(t.damage() == "none");
    give(s, objects);
    kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
    CHECK(cpu_cache_get(s).limit == 10);
    CHECK(s.array.node->shared == nullptr);
    tune_cpucache(s, 10, 11, 0);
    CHECK(s.array.batchcount == 5);
    CHECK(t.damage() == "none");
}

TEST_CASE_FIXTURE(Fixture, "without memory for arrays, objects come one by one")
{
    kmem_cache& s = create(300);
    void* const first = kmem_cache_alloc(s, GFP_KERNEL);
    tune_cpucache(s, 10'000, 10, 0); // 80 KB: asks for pages
    world.fail_from = world.page_calls;
    world.fail_to = ~0ul;
    void* const second = kmem_cache_alloc(s, GFP_KERNEL);
    REQUIRE(second != nullptr);
    CHECK(&cpu_cache_get(s) == &s.array.node->none);
    CHECK(t.damage() == "none");
    kmem_cache_free(s, second);
    world.fail_to = 0;
    kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
    CHECK(cpu_cache_get(s).limit == 10'000);
    kmem_cache_free(s, first);
    kmem_cache_destroy(&s);
    CHECK(t.take_log().empty());
}

TEST_CASE_FIXTURE(Fixture, "a slab without memory for its free list is given back")
{
    kmem_cache& s = create(256, 0, nothing);
    REQUIRE(is_off_slab(s));
    unsigned long const before = t.free_pages();
    world.fail_from = world.page_calls + 1; // the slab's page is there, the next one is not
    world.fail_to = ~0ul;
    CHECK(kmem_cache_alloc(s, GFP_KERNEL) == nullptr);
    CHECK(t.free_pages() == before);
    CHECK(t.node.pgdat.vm_stat[NR_SLAB_RECLAIMABLE_B] == 0);
    world.fail_to = 0;
    CHECK(kmem_cache_alloc(s, GFP_KERNEL) != nullptr);
    CHECK(t.damage() == "none");
}

TEST_CASE_FIXTURE(Fixture, "an object of another cache is reported, and freed into its own")
{
    kmem_cache& s = create(100);
    kmem_cache& other = create(200);
    void* const object = kmem_cache_alloc(other, GFP_KERNEL);
    kmem_cache_free(s, object);
    CHECK(t.take_log() == "WARNING: cache_from_obj: Wrong slab cache. thing but object is from "
                          "thing\n");
    CHECK(kmem_cache_alloc(other, GFP_KERNEL) == object);
    kmem_cache_free(s, &t); // no page's
    CHECK(t.take_log() == "WARNING: virt_to_cache: Object is not a Slab page!\n");
    CHECK(t.damage() == "none");
}

TEST_CASE_FIXTURE(Fixture, "check tells damage")
{
    kmem_cache& s = create(64);
    void* const object = take(s, 70).back();
    slab& sl = slab_of(object);
    kmem_cache_node_array& n = *s.array.node;
    array_cache& ac = cpu_cache_get(s);
    REQUIRE(t.damage() == "none");
    auto const expect_damage = [&](std::string const& what, auto& field, auto value) {
        auto const saved = field;
        field = value;
        CHECK(t.damage() == what);
        field = saved;
    };
    expect_damage("total_slabs differs from the lists", n.total_slabs, n.total_slabs + 1);
    expect_damage("free_slabs differs from the list", n.free_slabs, n.free_slabs + 1);
    expect_damage("free_objects differs from the lists", n.free_objects, n.free_objects + 1);
    expect_damage("array is overfull", ac.avail, ac.limit + 1);
    expect_damage("object is in an array twice", array_entries(ac)[0], array_entries(ac)[1]);
    expect_damage("entry of an array is no object of this cache", array_entries(ac)[0],
                  static_cast<void*>(static_cast<char*>(object) + 1));
    expect_damage("slab is on a list for others", sl.active, s.array.num);
    expect_damage("objects begin at no colour", sl.s_mem,
                  static_cast<void*>(static_cast<char*>(sl.s_mem) + 64));
    auto* const freelist = static_cast<freelist_idx_t*>(sl.freelist);
    expect_damage("number on the free list is wrong or there twice", freelist[s.array.num - 1],
                  freelist[s.array.num - 2]);
    expect_damage("object is in an array and on its slab's free list", freelist[s.array.num - 1],
                  static_cast<freelist_idx_t>(slot_to_index(s, sl, array_entries(ac)[0])));
    expect_damage("page is not a slab of this cache", sl.slab_cache, &t.caches.boot_kmem_cache);
    expect_damage("list does not lead back", sl.slab_list.prev, &sl.slab_list);
    expect_damage("list leads to no page", sl.slab_list.next, static_cast<list_head*>(nullptr));
}

} // namespace pagelab::mm
