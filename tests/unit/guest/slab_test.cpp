#include "emu/guest/slab.hpp"

#include <doctest/doctest.h>

#include "tests/unit/guest/fake_kernel.hpp"

using namespace pagelab;
using namespace pagelab::guest;
using namespace pagelab::guest::test;

namespace {

constexpr VirtAddr kCache{0x4000};
constexpr VirtAddr kNode{0x5000};
constexpr VirtAddr kName{0x6000};
constexpr uint64_t kSlot = 512;
constexpr uint64_t kLink = 8;
constexpr uint64_t kPartial = 20; // pfn; three of its objects are free
constexpr uint64_t kFull = 30;

// One cache of 8 objects to a slab, with two slabs. The direct map begins at virtual address 0.
struct KernelWithCache : FakeKernel {
    explicit KernelWithCache(char const* sample) : FakeKernel(sample)
    {
        VirtAddr const root = types().variable("caches").value().address;
        write_string(kName, "thing");
        set(kCache, "kmem_cache", "name", kName.value);
        set(kCache, "kmem_cache", "size", kSlot);
        set(kCache, "kmem_cache", "offset", kLink);
        set(kCache, "kmem_cache", "oo.x", 8);
        set(kCache, "kmem_cache", "node[0]", kNode.value);
        link(view().field_address(root, "slab_caches", "list").value(),
             {view().field_address(kCache, "kmem_cache", "list").value()});
        set(kNode, "kmem_cache_node", "nr_partial", 1);
        set(kNode, "kmem_cache_node", "nr_slabs", 2);
        set(kNode, "kmem_cache_node", "total_objects", 16);
        link(partial(), {node(kPartial)});
        put_slab(kPartial, 5);
        put_slab(kFull, 8);
        set(page(kPartial), "slab", "freelist", object(6).value);
        set_next(6, object(1));
        set_next(1, object(3));
        set_next(3, VirtAddr());
    }

    VirtAddr partial() const
    {
        return view().field_address(kNode, "kmem_cache_node", "partial").value();
    }
    VirtAddr node(uint64_t pfn) const
    {
        return view().field_address(page(pfn), "slab", "slab_list").value();
    }
    VirtAddr object(unsigned i) const { return VirtAddr(kPartial * kPageSize + kSlot * i); }
    void set_next(unsigned i, VirtAddr next) { write_pointer(object(i) + kLink, next.value); }

    void put_slab(uint64_t pfn, unsigned inuse)
    {
        set(page(pfn), "slab", "__page_flags", 1 << 9);
        set(page(pfn), "slab", "slab_cache", kCache.value);
        set(page(pfn), "slab", "inuse", inuse);
        set(page(pfn), "slab", "objects_frozen", 8);
    }
};

using Lines = std::vector<std::string>;

template<class Damager>
Lines damage_after(char const* sample, Damager damage)
{
    KernelWithCache kernel(sample);
    damage(kernel);
    auto const report = read_slabs(kernel.view());
    REQUIRE_MESSAGE(report.has_value(), report.error().message);
    (void)format_slabinfo(*report);
    Lines lines;
    for (auto const& found : report->damage)
        lines.push_back(found.what);
    return lines;
}

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
            return damage_after(
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
        CHECK(damage_after(name, [](KernelWithCache& kernel) {
                  kernel.write_pointer(kernel.node(kPartial), kernel.node(kPartial).value);
              }) == Lines{"prev does not point back"});
        CHECK(damage_after(name, [](KernelWithCache& kernel) {
                  kernel.write_pointer(kernel.partial(), 0xdead'0000);
              }) == Lines{"next points at unmapped memory", "nr_partial"});
        CHECK(damage_after(name, [](KernelWithCache& kernel) {
                  kernel.link(kernel.partial(), {VirtAddr(0x9000)});
              }) == Lines{"slab in no struct page"});
        CHECK(damage_after(name, [](KernelWithCache& kernel) {
                  kernel.set(kNode, "kmem_cache_node", "nr_slabs", 3);
              }) == Lines{"nr_slabs of thing"});
        CHECK(damage_after(name, [](KernelWithCache& kernel) {
                  kernel.set(kNode, "kmem_cache_node", "total_objects", 15);
              }) == Lines{"total_objects of thing"});
        CHECK(damage_after(name, [](KernelWithCache& kernel) {
                  kernel.set(kernel.page(kFull), "slab", "slab_cache", 0x1234);
              }) == Lines{"slab of no cache", "nr_slabs of thing", "total_objects of thing"});
        CHECK(damage_after(name, [](KernelWithCache& kernel) {
                  kernel.set(kernel.page(kPartial), "slab", "inuse", 9);
              }) == Lines{"more objects in use than there are", "length of a free list"});
        CHECK(damage_after(name, [](KernelWithCache& kernel) {
                  kernel.set(kCache, "kmem_cache", "oo.x", 0xffff'0008);
              }) == Lines{"order of a slab of thing"});
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
