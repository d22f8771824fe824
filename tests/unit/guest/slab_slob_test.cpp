#include <doctest/doctest.h>

#include "tests/unit/guest/slab_kernel.hpp"

using namespace pagelab;
using namespace pagelab::guest;
using namespace pagelab::guest::test;

namespace {

constexpr VirtAddr kHeap = SlabKernel::kNode;
constexpr uint64_t kPfn = 20;

// SLOB with one page on the list of small blocks: units 10..13, 20 and 2000..2047 are free.
struct KernelWithHeap : SlabKernel {
    explicit KernelWithHeap(char const* sample) : SlabKernel(sample, "slob")
    {
        set(root, "slab_caches", "allocator", kHeap.value);
        for (char const* list : {"free_slob_small", "free_slob_medium", "free_slob_large"})
            link(head(kHeap, "slob_heap", list), {});
        link(head(kHeap, "slob_heap", "free_slob_small"), {node(kPfn)});
        put_slab(kPfn);
        set(page(kPfn), "slab", "freelist", unit(10).value);
        set(page(kPfn), "slab", "units", 4 + 1 + 48);
        put(10, 4);
        put(11, 20);
        put(20, -2000);
        put(2000, 48);
        put(2001, 2048);
    }

    static VirtAddr unit(unsigned number) { return VirtAddr(kPfn * kPageSize + 2 * number); }
    void put(unsigned number, int value)
    {
        write(unit(number), static_cast<uint16_t>(static_cast<int16_t>(value)), 2);
    }
};

} // namespace

TEST_CASE("SLOB: free blocks are followed through each page")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        KernelWithHeap const kernel(name);
        CHECK(damage_of(kernel) == Lines{});
        auto const report = read_slabs(kernel.view()).value();
        REQUIRE(report.heap);
        CHECK(report.heap->pages == 1);
        CHECK(report.heap->free_bytes == 2 * (4 + 1 + 48));
        CHECK(report.heap->scanned_pages == 1);
        CHECK(format_slabinfo(report).empty());
    }
}

TEST_CASE("SLOB: what does not agree is damage")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CAPTURE(std::string(name));
        auto const after = [&](unsigned unit, int value) {
            return damage_after<KernelWithHeap>(
                name, [&](KernelWithHeap& kernel) { kernel.put(unit, value); });
        };
        Lines const order = {"free blocks touch or are out of order", "free units of a page"};
        CHECK(after(10, 3) == Lines{"free units of a page"});
        CHECK(after(10, 10) == order); // touches the block at 20
        CHECK(after(10, 0) == order);
        CHECK(after(11, 5) == order);
        CHECK(after(20, -10) == order);
        CHECK(after(2000, 49) == order);
        CHECK(after(2001, 2049) == order);
        CHECK(damage_after<KernelWithHeap>(name, [](KernelWithHeap& kernel) {
                  kernel.set(kernel.page(kPfn), "slab", "freelist",
                             KernelWithHeap::unit(2048).value);
              }) == Lines{"free block is not in its page", "free units of a page"});
        CHECK(damage_after<KernelWithHeap>(name, [](KernelWithHeap& kernel) {
                  kernel.set(kernel.page(kPfn), "slab", "__page_flags", 0);
              }) == Lines{"page is not the heap's"});
    }
}
