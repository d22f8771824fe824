// SLUB without debugging: sizes, orders, where slabs go, merging, the end of a cache.
#include <algorithm>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/mm/check.hpp"
#include "guestkernel/mm/slab/slab_alias.hpp"
#include "guestkernel/mm/slab/slab_sysfs.hpp"
#include "guestkernel/mm/slab/slub_node.hpp"
#include "tests/unit/mm/report_text.hpp"
#include "tests/unit/mm/slab/test_caches.hpp"

namespace pagelab::mm {

namespace {

kmem_cache& create(TestCaches& t, char const* name, unsigned size, slab_flags_t flags = 0,
                   void (*ctor)(void*) = nullptr, unsigned align = 0)
{
    kmem_cache* const s = kmem_cache_create(t.caches, name, size, align, flags, ctor);
    REQUIRE(s != nullptr);
    return *s;
}

} // namespace

TEST_CASE("objects per slab and pages per slab are those of Linux on one CPU")
{
    // objsize, objperslab, pagesperslab: amd64-4096-nokaslr/proc_slabinfo.txt
    struct {
        unsigned size, objects, pages;
    } const expected[] = {{2112, 15, 8}, {384, 10, 1}, {184, 22, 1}, {1216, 13, 4}, {1344, 12, 4},
                          {2432, 13, 8}, {960, 8, 2},  {576, 14, 2}, {32, 128, 1},  {768, 10, 2},
                          {2304, 14, 8}, {1024, 8, 2}, {8, 512, 1},  {8192, 4, 8},  {4096, 8, 8}};
    TestCaches t;
    t.start();
    for (auto const& e : expected) {
        INFO("size ", e.size);
        kmem_cache& s = create(t, "x", e.size);
        CHECK(s.size == e.size);
        CHECK(oo_objects(s.oo) == e.objects);
        CHECK((1u << oo_order(s.oo)) == e.pages);
        kmem_cache_destroy(&s);
    }
}

TEST_CASE("the free pointer lies in the middle of the object, or behind it")
{
    TestCaches t;
    t.start();
    CHECK(create(t, "plain", 40).offset == 16);
    CHECK(create(t, "one word", 8).offset == 0);
    kmem_cache& constructed = create(t, "ctor", 40, 0, [](void*) {});
    CHECK(constructed.offset == 40);
    CHECK(constructed.size == 48);
}

TEST_CASE("a constructor runs once for each object of a new slab")
{
    static int runs;
    runs = 0;
    TestCaches t;
    t.start();
    kmem_cache& s = create(t, "x", 24, 0, [](void* p) {
        std::memset(p, 0x11, 24);
        runs++;
    });
    auto* const object = static_cast<char*>(kmem_cache_alloc(s, GFP_KERNEL));
    CHECK(runs == 128);
    CHECK(object[0] == 0x11);
    CHECK(object[23] == 0x11);
    for (int i = 0; i < 18; i++)
        kmem_cache_alloc(s, GFP_KERNEL);
    CHECK(runs == 128);
}

TEST_CASE("objects of one slab are handed out in order, and the last freed first")
{
    TestCaches t;
    t.start();
    kmem_cache& s = create(t, "x", 64);
    auto* const a = static_cast<char*>(kmem_cache_alloc(s, GFP_KERNEL));
    auto* const b = static_cast<char*>(kmem_cache_alloc(s, GFP_KERNEL));
    CHECK(b == a + 64);
    kmem_cache_free(s, a);
    CHECK(kmem_cache_alloc(s, GFP_KERNEL) == a);
    CHECK(t.damage() == "none");
}

TEST_CASE("slabs go to the cpu's partial list, then to the node, then back to the pages")
{
    TestCaches t;
    t.start();
    kmem_cache& s = create(t, "x", 1024); // 8 objects, 2 pages; a CPU keeps 6 slabs
    REQUIRE(s.cpu_partial_slabs == 6);
    std::vector<void*> objects;
    for (int i = 0; i < 20 * 8; i++)
        objects.push_back(kmem_cache_alloc(s, GFP_KERNEL));
    CHECK(get_node(s).nr_slabs == 20);
    CHECK(std::set<void*>(objects.begin(), objects.end()).size() == objects.size());
    for (int slab = 0; slab < 7; slab++)
        kmem_cache_free(s, objects[static_cast<size_t>(slab) * 8]);
    CHECK(get_node(s).nr_partial == 6); // the seventh drained the first six
    CHECK(s.cpu_slab[0].partial->slabs == 1);
    CHECK(t.damage() == "none");
    for (size_t i = 0; i < objects.size(); i++) {
        if (i >= 7 * 8 || i % 8 != 0)
            kmem_cache_free(s, objects[i]);
    }
    CHECK(t.damage() == "none");
    CHECK(get_node(s).nr_slabs < 20);
    kmem_cache_shrink(s);
    CHECK(get_node(s).nr_slabs == 0);
    CHECK(get_node(s).nr_partial == 0);
}

TEST_CASE("objects of another CPU's slab return by the slab's own list")
{
    TestCaches t(slub_operations, nullptr, 4);
    t.start();
    kmem_cache& s = create(t, "x", 1024);
    std::vector<void*> mine(oo_objects(s.oo));
    for (void*& object : mine)
        object = kmem_cache_alloc(s, GFP_KERNEL);
    lib::cpu_number = 3;
    kmem_cache_free(s, mine[2]);
    kmem_cache_free(s, mine[5]);
    CHECK(t.damage() == "none");
    void* const other = kmem_cache_alloc(s, GFP_KERNEL); // from a slab of its own
    CHECK(virt_to_slab(t.caches.env, other) != virt_to_slab(t.caches.env, mine[5]));
    lib::cpu_number = 0;
    CHECK(kmem_cache_alloc(s, GFP_KERNEL) == mine[5]);
    CHECK(kmem_cache_alloc(s, GFP_KERNEL) == mine[2]);
    CHECK(t.damage() == "none");
}

TEST_CASE("similar caches are one, and die with their last user")
{
    TestCaches t(slub_operations, nullptr, 1, merging::allowed);
    t.start();
    kmem_cache& a = create(t, "a", 200, SLAB_HWCACHE_ALIGN);
    kmem_cache& b = create(t, "b", 256);
    CHECK(&a == &b);
    CHECK(a.refcount > 1);
    CHECK(&create(t, "c", 256, SLAB_RECLAIM_ACCOUNT) != &b);
    CHECK(&create(t, "d", 256, 0, [](void*) {}) != &b);
    CHECK(&create(t, "e", 256, SLAB_POISON) != &b);
    CHECK(&create(t, "f", 240) != &b); // 16 bytes would be lost in each
    kmem_cache_destroy(&a);
    CHECK(kmem_cache_alloc(b, GFP_KERNEL) != nullptr);
}

TEST_CASE("a shared cache is a folder named after its kind, and its names are links to it")
{
    TestCaches t(slub_operations, nullptr, 1, merging::allowed);
    t.start();
    static std::vector<std::string> entries;
    auto const has = [&](std::string const& entry) {
        entries.clear();
        for_each_slab_entry(t.caches, [](slab_entry const& e) {
            entries.push_back(e.name + (e.target != nullptr ? std::string(" -> ") + e.target : ""));
        });
        return std::ranges::count(entries, entry) == 1;
    };
    kmem_cache& a = create(t, "a", 200, SLAB_HWCACHE_ALIGN);
    create(t, "b", 256);
    create(t, "c", 100, SLAB_RECLAIM_ACCOUNT | SLAB_CACHE_DMA);
    create(t, "d", 256, 0, [](void*) {});
    create(t, "e", 256, SLAB_POISON);
    for (char const* const entry : {":0000256", ":da-0000104", "d", "e", "kmalloc-64", "kmem_cache",
                                    "a -> :0000256", "b -> :0000256", "c -> :da-0000104"}) {
        CAPTURE(std::string(entry));
        CHECK(has(entry));
    }
    CHECK_FALSE(has("a"));
    CHECK(find_cache(t.caches, "b/aliases") == &a);
    CHECK(find_cache(t.caches, ":0000256/aliases") == &a);
    CHECK(report_text([&](auto& m) { find_slab_attribute("b/aliases")->show(m, a); }) == "1\n");

    create(t, "b", 100, SLAB_RECLAIM_ACCOUNT | SLAB_CACHE_DMA); // the name goes to the newer one
    CHECK(has("b -> :da-0000104"));
    kmem_cache_destroy(&a);
    CHECK(has("a -> :0000256")); // "b" is in use
    kmem_cache_destroy(&a);
    CHECK_FALSE(has("a -> :0000256"));
    CHECK_FALSE(has(":0000256"));
    CHECK(has("b -> :da-0000104"));
}

TEST_CASE("a cache with objects in use is not destroyed, and its objects are named")
{
    TestCaches t;
    t.start();
    drain_all_pages(t.node.pgdat);
    unsigned long const before = nr_free_pages(t.node.pgdat);
    kmem_cache& s = create(t, "leaky", 512);
    void* const object = kmem_cache_alloc(s, GFP_KERNEL);
    kmem_cache_destroy(&s);
    std::string const log = t.take_log();
    CHECK(log.find("BUG leaky (Not tainted): Objects remaining in leaky on "
                   "__kmem_cache_shutdown()\n") != std::string::npos);
    CHECK(log.find("@offset=0\n") != std::string::npos);
    CHECK(log.find("kmem_cache_destroy leaky: Slab cache still has objects") != std::string::npos);
    s.refcount++;
    kmem_cache_free(s, object);
    kmem_cache_destroy(&s);
    CHECK(t.take_log().empty());
    for (list_head* link = t.caches.list.next; link != &t.caches.list; link = link->next)
        kmem_cache_shrink(*CONTAINER_OF(link, kmem_cache, list));
    drain_all_pages(t.node.pgdat);
    CHECK(nr_free_pages(t.node.pgdat) == before);
}

TEST_CASE("bad requests are refused with a report, or a panic if asked for")
{
    TestCaches t;
    t.start();
    CHECK(kmem_cache_create(t.caches, "zero", 0, 0, 0, nullptr) == nullptr);
    CHECK(t.take_log() == "kmem_cache_create_usercopy(zero) failed with error -22\n(stack)\n");
    CHECK(kmem_cache_create(t.caches, "huge", 8 << 20, 0, 0, nullptr) == nullptr);
    CHECK(kmem_cache_create(t.caches, "flags", 8, 0, 0x4000'0000, nullptr) == nullptr);
    t.take_log();
    CHECK(kmem_cache_create(t.caches, "p", 0, 0, SLAB_PANIC, nullptr) == nullptr);
    CHECK(t.take_log() ==
          "panic: kmem_cache_create_usercopy: Failed to create slab 'p'. Error -22\n");
}

TEST_CASE("__GFP_ZERO clears the object, __GFP_HIGHMEM is left out with a report")
{
    TestCaches t;
    t.start();
    kmem_cache& s = create(t, "x", 100);
    auto* object = static_cast<char*>(kmem_cache_alloc(s, GFP_KERNEL));
    std::memset(object, 0x55, 100);
    kmem_cache_free(s, object);
    object = static_cast<char*>(kmem_cache_alloc(s, GFP_KERNEL | __GFP_ZERO));
    CHECK(std::string(object, 100) == std::string(100, '\0'));
    kmem_cache& high = create(t, "high", 100);
    CHECK(kmem_cache_alloc(high, GFP_KERNEL | __GFP_HIGHMEM) != nullptr);
    CHECK(t.take_log().find("Unexpected gfp: 0x2 (__GFP_HIGHMEM).") == 0);
}

TEST_CASE("out of memory is reported and leaves the cache as it was")
{
    TestCaches t;
    t.start();
    kmem_cache& s = create(t, "x", 1000);
    world.fail_from = world.page_calls;
    world.fail_to = ~0ul;
    CHECK(kmem_cache_alloc(s, GFP_KERNEL) == nullptr);
    CHECK(t.take_log() ==
          "SLUB: Unable to allocate memory on node -1, gfp=0xcc0(GFP_KERNEL)\n"
          "  cache: x, object size: 1000, buffer size: 1000, default order: 1, min order: 0\n"
          "  node 0: slabs: 0, objs: 0, free: 0\n");
    CHECK(kmem_cache_alloc(s, GFP_KERNEL | __GFP_NOWARN) == nullptr);
    CHECK(t.take_log().empty());
    CHECK(t.damage() == "none");
    world.fail_from = world.page_calls;
    world.fail_to = world.page_calls + 1; // the preferred order fails, the smallest does not
    CHECK(kmem_cache_alloc(s, GFP_KERNEL) != nullptr);
    CHECK(get_node(s).total_objects == 4);
    world.fail_to = 0;
}

TEST_CASE("slabinfo has Linux' format")
{
    TestCaches t;
    t.start();
    kmem_cache& s = create(t, "demo", 1000);
    for (int i = 0; i < 9; i++)
        kmem_cache_alloc(s, GFP_KERNEL);
    std::string const text = report_text([&](auto& m) { show_slabinfo(m, t.caches); });
    CHECK(text.find("slabinfo - version: 2.1\n# name            <active_objs>") == 0);
    CHECK(text.find("\ndemo                  16     16   1000    8    2 : tunables    0    0    0 "
                    ": slabdata      2      2      0\n") != std::string::npos);
    CHECK(text.find("\nkmalloc-8k ") < text.find("\nkmalloc-8  "));
    CHECK(text.find("\nkmem_cache_node ") < text.find("\nkmem_cache  "));
}

TEST_CASE("the files of /sys/kernel/slab tell sizes, counts and flags")
{
    TestCaches t;
    t.start();
    kmem_cache& s = create(t, "demo", 1000, SLAB_HWCACHE_ALIGN);
    for (int i = 0; i < 9; i++)
        kmem_cache_alloc(s, GFP_KERNEL);
    auto const read = [&](char const* path) {
        slab_attribute const* const attribute = find_slab_attribute(path);
        kmem_cache const* const cache = find_cache(t.caches, path);
        REQUIRE(attribute != nullptr);
        REQUIRE(cache == &s);
        return report_text([&](auto& m) { attribute->show(m, *cache); });
    };
    CHECK(read("demo/object_size") == "1000\n");
    CHECK(read("demo/slab_size") == "1024\n");
    CHECK(read("demo/objs_per_slab") == "8\n");
    CHECK(read("demo/order") == "1\n");
    CHECK(read("demo/align") == "64\n");
    CHECK(read("demo/aliases") == "0\n");
    CHECK(read("demo/objects") == "16 N0=16\n");
    CHECK(read("demo/slabs") == "2 N0=2\n");
    CHECK(read("demo/cpu_slabs") == "1 N0=1\n");
    CHECK(read("demo/partial") == "0\n");
    CHECK(read("demo/hwcache_align") == "1\n");
    CHECK(read("demo/poison") == "0\n");
    CHECK(read("demo/ctor").empty());
    if (sizeof(long) == 8)
        CHECK(read("demo/remote_node_defrag_ratio") == "100\n");
    CHECK(find_slab_attribute("demo") == nullptr);
    CHECK(find_slab_attribute("demo/none") == nullptr);
    CHECK(find_cache(t.caches, "dem") == nullptr);
}

TEST_CASE("some files of /sys/kernel/slab take orders")
{
    TestCaches t;
    t.start();
    kmem_cache& s = create(t, "demo", 1000, 0);
    auto const write = [&](char const* path, char const* text) {
        slab_attribute const* const attribute = find_slab_attribute(path);
        REQUIRE((attribute != nullptr && attribute->store != nullptr));
        return static_cast<bool>(attribute->store(s, text));
    };
    auto const shown = [&](char const* path) {
        return report_text([&](auto& m) { find_slab_attribute(path)->show(m, s); });
    };
    kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
    CHECK(get_node(s).nr_slabs == 1);
    CHECK(write("demo/shrink", "1\n"));
    CHECK(get_node(s).nr_slabs == 0);
    CHECK_FALSE(write("demo/shrink", "0"));
    CHECK(shown("demo/shrink").empty());

    CHECK(write("demo/min_partial", "7\n"));
    CHECK(shown("demo/min_partial") == "7\n");
    CHECK_FALSE(write("demo/min_partial", "many"));
    CHECK(write("demo/cpu_partial", "20"));
    CHECK(shown("demo/cpu_partial") == "20\n");
    CHECK(s.cpu_partial_slabs == 5); // of eight objects, half of them free
    CHECK_FALSE(write("demo/cpu_partial", "4294967296"));

    CHECK_FALSE(write("demo/validate", "1")); // there is nothing to go by
    CHECK(shown("demo/validate").empty());
    CHECK((find_slab_attribute("demo/order")->store == nullptr));
}

TEST_CASE("the file validate looks for damage in a debugged cache")
{
    TestCaches t(slub_operations, "FZ");
    t.start();
    kmem_cache& s = create(t, "demo", 24, 0);
    slab_attribute const& validate = *find_slab_attribute("demo/validate");
    auto* const object = static_cast<unsigned char*>(kmem_cache_alloc(s, GFP_KERNEL));
    CHECK(validate.store(s, "1"));
    CHECK(t.take_log() == "");
    object[24] = 0;
    CHECK(validate.store(s, "1"));
    CHECK(t.take_log().find("BUG demo (Not tainted): Right Redzone overwritten") !=
          std::string::npos);
    CHECK_FALSE(find_slab_attribute("demo/cpu_partial")->store(s, "10"));
}

TEST_CASE("check finds damage")
{
    TestCaches t;
    t.start();
    kmem_cache& s = create(t, "x", 64);
    auto* const a = static_cast<char*>(kmem_cache_alloc(s, GFP_KERNEL));
    void* const b = kmem_cache_alloc(s, GFP_KERNEL);
    kmem_cache_free(s, b);
    kmem_cache_free(s, a);
    slab& sl = *virt_to_slab(t.caches.env, a);
    REQUIRE(t.damage() == "none");
    set_freepointer(s, a, a + 1);
    CHECK(t.damage() == "free list leads out of the slab");
    set_freepointer(s, a, a);
    CHECK(t.damage() == "free list is a circle");
    set_freepointer(s, a, b);
    clear_slab_frozen(sl);
    CHECK(t.damage() == "the cpu's slab is not frozen");
    set_slab_frozen(sl);
    sl.inuse--;
    CHECK(t.damage() == "free list and inuse disagree");
    sl.inuse++;
    get_node(s).nr_partial++;
    CHECK(t.damage() == "nr_partial is not the list's length");
    get_node(s).nr_partial--;
    get_node(s).nr_slabs = 0;
    CHECK(t.damage() == "nr_slabs or total_objects is wrong");
    get_node(s).nr_slabs = 1;
    sl.slab_cache = nullptr;
    CHECK(t.damage() == "slab is another cache's");
    sl.slab_cache = &s;
    CHECK(t.damage() == "none");
}

} // namespace pagelab::mm
