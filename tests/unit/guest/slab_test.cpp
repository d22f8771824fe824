#include "emu/guest/slab.hpp"
#include "emu/guest/slab_map.hpp"

#include <doctest/doctest.h>

#include "tests/unit/guest/slab_kernel.hpp"

using namespace pagelab;
using namespace pagelab::guest;
using namespace pagelab::guest::test;

namespace {

constexpr VirtAddr kCache = SlabKernel::kCache;
constexpr VirtAddr kNode = SlabKernel::kNode;
constexpr uint64_t kSlot = SlabKernel::kSlot;
constexpr uint64_t kLink = 8;
constexpr uint64_t kPartial = 20; // pfn; three of its objects are free
constexpr uint64_t kFull = 30;    // the CPU's: two of its objects are free to the CPU

// One cache of 8 objects to a slab, with two slabs.
struct KernelWithCache : SlabKernel {
    explicit KernelWithCache(char const* sample) : SlabKernel(sample, "slub")
    {
        set(kCache, "kmem_cache", "offset", kLink);
        set(kCache, "kmem_cache", "oo.x", 8);
        set(kCache, "kmem_cache", "node[0]", kNode.value);
        set(kNode, "kmem_cache_node", "nr_partial", 1);
        set(kNode, "kmem_cache_node", "nr_slabs", 2);
        set(kNode, "kmem_cache_node", "total_objects", 16);
        link(partial(), {node(kPartial)});
        put_slab(kPartial, 5);
        put_slab(kFull, 8);
        set(page(kPartial), "slab", "freelist", object(kPartial, 6).value);
        set_next(6, object(kPartial, 1));
        set_next(1, object(kPartial, 3));
        set_next(3, VirtAddr());
        set(kCache, "kmem_cache", "cpu_slab[0].slab", page(kFull).value);
        set(kCache, "kmem_cache", "cpu_slab[0].freelist", object(kFull, 4).value);
        write_pointer(object(kFull, 4) + kLink, object(kFull, 2).value);
    }

    VirtAddr partial() const { return head(kNode, "kmem_cache_node", "partial"); }
    void set_next(unsigned i, VirtAddr next)
    {
        write_pointer(object(kPartial, i) + kLink, next.value);
    }

    void put_slab(uint64_t pfn, unsigned inuse)
    {
        SlabKernel::put_slab(pfn);
        set(page(pfn), "slab", "inuse", inuse);
        set(page(pfn), "slab", "objects_frozen", 8);
    }
};

} // namespace

TEST_CASE("caches are counted by node and by page, and printed as /proc/slabinfo")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        KernelWithCache const kernel(name);
        auto const report = read_slabs(kernel.view()).value();
        CHECK(report.damage.empty());
        REQUIRE(report.caches.size() == 1);
        CHECK(report.caches[0].scanned_slabs == 2);
        CHECK(report.caches[0].scanned_objects == 16);
        CHECK(report.caches[0].nr_free == 3);
        CHECK(report.caches[0].cached == 2);
        CHECK(report.caches[0].in_use() == 11);
        CHECK(format_slabinfo(report).ends_with(
            "\nthing                 13     16    512    8    1 : tunables    0    0    0 : "
            "slabdata      2      2      0\n"));
    }
}

TEST_CASE("broken free lists are damage")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CAPTURE(std::string(name));
        auto const after = [&](unsigned i, uint64_t next) {
            return damage_after<KernelWithCache>(
                name, [&](KernelWithCache& kernel) { kernel.set_next(i, VirtAddr(next)); });
        };
        uint64_t const slab = kPartial * kPageSize;
        CHECK(after(3, slab + kPageSize) == Lines{"free list leaves the slab"});
        CHECK(after(3, slab - kSlot) == Lines{"free list leaves the slab"});
        CHECK(after(1, 0xdead'0000) == Lines{"free list leaves the slab"});
        CHECK(after(1, slab + 2 * kSlot + 8) == Lines{"free list points into an object"});
        CHECK(after(3, slab + 6 * kSlot) == Lines{"free list is a circle"});
        CHECK(after(6, 0) == Lines{"length of a free list"});
    }
}

TEST_CASE("broken slabs, nodes and caches are damage")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CAPTURE(std::string(name));
        CHECK(damage_after<KernelWithCache>(name, [](KernelWithCache& kernel) {
                  kernel.write_pointer(kernel.node(kPartial), kernel.node(kPartial).value);
              }) == Lines{"prev does not point back"});
        CHECK(damage_after<KernelWithCache>(name, [](KernelWithCache& kernel) {
                  kernel.write_pointer(kernel.partial(), 0xdead'0000);
              }) == Lines{"next points at unmapped memory", "nr_partial"});
        CHECK(damage_after<KernelWithCache>(name, [](KernelWithCache& kernel) {
                  kernel.link(kernel.partial(), {VirtAddr(0x9000)});
              }) == Lines{"slab in no struct page"});
        CHECK(damage_after<KernelWithCache>(name, [](KernelWithCache& kernel) {
                  kernel.set(kNode, "kmem_cache_node", "nr_slabs", 3);
              }) == Lines{"nr_slabs of thing"});
        CHECK(damage_after<KernelWithCache>(name, [](KernelWithCache& kernel) {
                  kernel.set(kNode, "kmem_cache_node", "total_objects", 15);
              }) == Lines{"total_objects of thing"});
        CHECK(damage_after<KernelWithCache>(
                  name,
                  [](KernelWithCache& kernel) {
                      kernel.set(kernel.page(kFull), "slab", "slab_cache", 0x1234);
                  }) == Lines{"slab of a CPU is another cache's", "slab of no cache",
                              "nr_slabs of thing", "total_objects of thing"});
        CHECK(damage_after<KernelWithCache>(name, [](KernelWithCache& kernel) {
                  kernel.set(kernel.page(kPartial), "slab", "inuse", 9);
              }) == Lines{"more objects in use than there are", "length of a free list"});
        CHECK(damage_after<KernelWithCache>(name, [](KernelWithCache& kernel) {
                  kernel.set(kCache, "kmem_cache", "oo.x", 0xffff'0008);
              }) == Lines{"order of a slab of thing"});
    }
}

TEST_CASE("a CPU's slab and its free list belong together")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CAPTURE(std::string(name));
        auto const after = [&](char const* field, VirtAddr value) {
            return damage_after<KernelWithCache>(name, [&](KernelWithCache& kernel) {
                kernel.set(kCache, "kmem_cache", std::string("cpu_slab[0].") + field, value.value);
            });
        };
        CHECK(after("slab", VirtAddr()) == Lines{"free list of a CPU without a slab"});
        CHECK(after("slab", VirtAddr(0x9000)) == Lines{"slab in no struct page"});
        CHECK(after("freelist", SlabKernel::object(kPartial, 0)) ==
              Lines{"free list leaves the slab"});
        CHECK(damage_after<KernelWithCache>(name, [](KernelWithCache& kernel) {
                  kernel.set(kernel.page(kFull), "slab", "inuse", 1);
              }) == Lines{"length of a CPU's free list"});
        CHECK(damage_after<KernelWithCache>(
                  name,
                  [](KernelWithCache& kernel) {
                      kernel.set(kernel.page(kFull), "slab", "__page_flags", 0);
                      kernel.set(kernel.page(kFull), "slab", "slab_cache", 0x1234);
                  }) == Lines{"slab of a CPU is another cache's", "nr_slabs of thing",
                              "total_objects of thing"});
    }
}

TEST_CASE("slabs that a CPU keeps count as free to it")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        KernelWithCache kernel(name);
        kernel.link(kernel.partial(), {});
        kernel.set(kNode, "kmem_cache_node", "nr_partial", 0);
        kernel.set(kCache, "kmem_cache", "cpu_slab[0].partial", kernel.page(kPartial).value);
        kernel.set(kernel.page(kPartial), "slab", "next", 0);
        auto const report = read_slabs(kernel.view()).value();
        CHECK(report.damage.empty());
        CHECK(report.caches[0].nr_free == 0);
        CHECK(report.caches[0].in_use() == 11);
        kernel.set(kernel.page(kPartial), "slab", "next", kernel.page(kPartial).value);
        CHECK(damage_of(kernel) == Lines{"a CPU's partial slabs are too many"});
    }
}

TEST_CASE("any amount of damage makes a short report")
{
    KernelWithCache kernel("sample-x86_64");
    for (uint64_t pfn = 40; pfn < 240; pfn++)
        kernel.set(kernel.page(pfn), "slab", "__page_flags", 1 << 9);
    CHECK(read_slabs(kernel.view()).value().damage.size() == kMaxDamage);
}

TEST_CASE("a cache that cannot be read is an error")
{
    KernelWithCache kernel("sample-x86_64");
    kernel.set(kCache, "kmem_cache", "node[0]", 0x7000'0000);
    CHECK(read_slabs(kernel.view()).error().message ==
          "kmem_cache_node.nr_slabs: address 0x70000018: not present");
}

TEST_CASE("the map of slabs has each object's state, and the order in which free ones go out")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CAPTURE(std::string(name));
        KernelWithCache kernel(name);
        kernel.set(kCache, "kmem_cache", "object_size", 500);
        auto const map = read_slab_map(kernel.view()).value();
        for (Damage const& damage : map.damage)
            FAIL_CHECK(to_string(damage));
        SlabCacheMap const* const cache = map.cache("thing");
        REQUIRE(cache != nullptr);
        CHECK(cache->total_objects() == 16);
        CHECK(cache->allocated_objects() == 11);
        REQUIRE(cache->slabs.size() == 2);
        Slab const& partial = cache->slabs[0];
        CHECK(partial.place == SlabPlace::Partial);
        REQUIRE(partial.free.size() == 3);
        CHECK(partial.free[0].index == 6);
        CHECK(partial.free[1].index == 1);
        CHECK(partial.free[2].index == 3);
        CHECK(cache->slabs[1].place == SlabPlace::Cpu);
        CHECK(cache->slabs[1].free.at(1).index == 2);
        auto const free = object_at(*cache, cache->slabs[1], SlabKernel::object(kFull, 4) + 7);
        REQUIRE(free.has_value());
        CHECK(free->address == SlabKernel::object(kFull, 4));
        CHECK(free->offset == 7);
        CHECK(free->free_on == 0);
        auto const used = object_at(*cache, partial, SlabKernel::object(kPartial, 0));
        CHECK(used.value().free_on == std::nullopt);
        CHECK(!object_at(*cache, partial, SlabKernel::object(kPartial, 8)));
    }
}

TEST_CASE("the map of slabs says where a free list is broken, and goes on")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CAPTURE(std::string(name));
        auto const first_damage = [&](unsigned i, uint64_t next) {
            KernelWithCache kernel(name);
            kernel.set_next(i, VirtAddr(next));
            auto const map = read_slab_map(kernel.view()).value();
            CHECK(map.cache("thing")->slabs.size() == 2);
            return map.damage.empty() ? "" : map.damage[0].what;
        };
        uint64_t const slab = kPartial * kPageSize;
        CHECK(first_damage(1, slab + kPageSize) == "invalid freepointer in thing");
        CHECK(first_damage(1, slab + 2 * kSlot + 8) == "invalid freepointer in thing");
        CHECK(first_damage(3, slab + 6 * kSlot) == "duplicate freelist object in thing");
        CHECK(first_damage(6, 0) == "objects in use of a slab of thing");
    }
}

TEST_CASE("a slab ends where the next one begins, whatever its cache says")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CAPTURE(std::string(name));
        KernelWithCache kernel(name);
        kernel.set(kCache, "kmem_cache", "oo.x", 10 << 16 | 8); // slabs of 1024 pages
        kernel.set(kernel.page(kPartial), "slab", "objects_frozen", 0x7fff);
        kernel.put_slab(kPartial + 1, 8);
        auto const map = read_slab_map(kernel.view()).value();
        SlabCacheMap const& cache = *map.cache("thing");
        REQUIRE(cache.slabs.size() == 3);
        CHECK(cache.slabs[0].pages == 1);
        CHECK(cache.slabs[0].objects == kPageSize / kSlot);
        CHECK(cache.slabs[1].pages == kFull - kPartial - 1);
        CHECK(cache.slabs[2].pages == 1024);
        bool is_noted = false;
        for (Damage const& damage : map.damage)
            is_noted = is_noted || damage == Damage{"end of a slab of thing", kernel.page(kPartial),
                                                    kPartial + 1, kPartial + 1024};
        CHECK(is_noted);
    }
}
