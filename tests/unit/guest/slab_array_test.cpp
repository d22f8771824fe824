#include <doctest/doctest.h>

#include "tests/unit/guest/slab_kernel.hpp"

using namespace pagelab;
using namespace pagelab::guest;
using namespace pagelab::guest::test;

namespace {

constexpr VirtAddr kCache = SlabKernel::kCache;
constexpr VirtAddr kNode = SlabKernel::kNode;
constexpr VirtAddr kCpuArray{0x5400};
constexpr VirtAddr kShared{0x5800};
constexpr uint64_t kPartial = 20; // pfn; objects 1, 6 and 3 are free
constexpr uint64_t kFull = 30;
constexpr uint64_t kFree = 40;

// SLAB with a cache of 8 objects to a slab: a slab of each kind, and two arrays of two objects.
struct KernelWithArrays : SlabKernel {
    explicit KernelWithArrays(char const* sample) : SlabKernel(sample, "slab")
    {
        set(kCache, "kmem_cache", "array.num", 8);
        set(kCache, "kmem_cache", "array.limit", 54);
        set(kCache, "kmem_cache", "array.batchcount", 27);
        set(kCache, "kmem_cache", "array.shared", 8);
        set(kCache, "kmem_cache", "array.node", kNode.value);
        set(kNode, "kmem_cache_node_array", "total_slabs", 3);
        set(kNode, "kmem_cache_node_array", "free_slabs", 1);
        set(kNode, "kmem_cache_node_array", "free_objects", 3 + 8);
        set(kNode, "kmem_cache_node_array", "shared", kShared.value);
        put_slab("slabs_partial", kPartial, {0, 0, 0, 0, 0, 1, 6, 3});
        put_slab("slabs_full", kFull, {});
        put_slab("slabs_free", kFree, {7, 6, 5, 4, 3, 2, 1, 0});
        set(page(kPartial), "slab", "active", 5);
        set(page(kFull), "slab", "active", 8);
        set(page(kFree), "slab", "active", 0);
        put_array(kCpuArray, {object(kFull, 0), object(kPartial, 0)});
        put_array(kShared, {object(kFull, 3), object(kFull, 4)});
        set(kCache, "kmem_cache", "cpu_cache[0]", kCpuArray.value);
    }

    void put_slab(char const* list, uint64_t pfn, std::vector<uint8_t> const& numbers)
    {
        SlabKernel::put_slab(pfn);
        link(head(kNode, "kmem_cache_node_array", list), {node(pfn)});
        set(page(pfn), "slab", "freelist", object(pfn, 7).value);
        for (unsigned i = 0; i < numbers.size(); i++)
            write(object(pfn, 7) + i, numbers[i], 1);
    }
    void put_array(VirtAddr array, std::vector<VirtAddr> const& entries)
    {
        set(array, "array_cache", "avail", entries.size());
        set(array, "array_cache", "limit", 54);
        for (unsigned i = 0; i < entries.size(); i++)
            write_pointer(entry(array, i), entries[i].value);
    }
    VirtAddr entry(VirtAddr array, unsigned i) const
    {
        return array + types().size_of("array_cache").value() + i * word();
    }
};

} // namespace

TEST_CASE("SLAB: lists, arrays and the line of /proc/slabinfo")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        KernelWithArrays const kernel(name);
        CHECK(damage_of(kernel) == Lines{});
        auto const report = read_slabs(kernel.view()).value();
        CHECK(report.allocator == "slab");
        CHECK(report.caches[0].in_use() == 13 - 4);
        CHECK(format_slabinfo(report).ends_with(
            "\nthing                 13     24    512    8    1 : tunables   54   27    8 : "
            "slabdata      2      3      2\n"));
    }
}

TEST_CASE("SLAB: what does not agree is damage")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CAPTURE(std::string(name));
        auto const of_node = [&](char const* field, uint64_t value) {
            return damage_after<KernelWithArrays>(name, [&](KernelWithArrays& kernel) {
                kernel.set(kNode, "kmem_cache_node_array", field, value);
            });
        };
        CHECK(of_node("total_slabs", 4) ==
              Lines{"total_slabs of thing", "nr_slabs of thing", "total_objects of thing"});
        CHECK(of_node("free_slabs", 2) == Lines{"free_slabs of thing"});
        CHECK(of_node("free_objects", 12) == Lines{"free_objects of thing"});
        CHECK(damage_after<KernelWithArrays>(name, [](KernelWithArrays& kernel) {
                  kernel.set(kernel.page(kFull), "slab", "active", 7);
              }) == Lines{"slab is on a list for others"});
        for (uint64_t number : {8, 1}) // out of range, there twice
            CHECK(damage_after<KernelWithArrays>(name, [&](KernelWithArrays& kernel) {
                      kernel.write(SlabKernel::object(kPartial, 7) + 6, number, 1);
                  }) == Lines{"number on a free list is wrong or there twice"});
        CHECK(damage_after<KernelWithArrays>(name, [](KernelWithArrays& kernel) {
                  kernel.set(kernel.page(kFree), "slab", "freelist", 0x7000'0000);
              }) == Lines{"unreadable free list"});
        CHECK(damage_after<KernelWithArrays>(name, [](KernelWithArrays& kernel) {
                  kernel.set(kCpuArray, "array_cache", "avail", 55);
              }) == Lines{"array of thing is overfull"});
        for (VirtAddr entry : {SlabKernel::object(50, 0), VirtAddr(0x7000'0000)})
            CHECK(damage_after<KernelWithArrays>(name, [&](KernelWithArrays& kernel) {
                      kernel.write_pointer(kernel.entry(kShared, 1), entry.value);
                  }) == Lines{"entry of an array is no object of thing"});
        CHECK(damage_after<KernelWithArrays>(name, [](KernelWithArrays& kernel) {
                  kernel.set(kCache, "kmem_cache", "array.num", 256);
              }) == Lines{"shape of a slab of thing", "nr_slabs of thing"});
    }
}
