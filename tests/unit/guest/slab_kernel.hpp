// A fake kernel with one cache, "thing", whose direct map begins at virtual address 0; which
// allocator it runs is for each test to say.
#pragma once

#include "emu/guest/slab.hpp"
#include "tests/unit/guest/fake_kernel.hpp"

namespace pagelab::guest::test {

class SlabKernel : public FakeKernel {
  public:
    static constexpr VirtAddr kCache{0x4000};
    static constexpr VirtAddr kNode{0x5000}; // free for the test's use
    static constexpr uint64_t kSlot = 512;   // bytes

    SlabKernel(char const* sample, char const* allocator) : FakeKernel(sample)
    {
        root = types().variable("caches").value().address;
        write_string(kNames, "thing");
        write_string(kNames + 16, allocator);
        set(kOperations, "slab_operations", "name", (kNames + 16).value);
        set(root, "slab_caches", "ops", kOperations.value);
        set(kCache, "kmem_cache", "name", kNames.value);
        set(kCache, "kmem_cache", "size", kSlot);
        link(view().field_address(root, "slab_caches", "list").value(),
             {view().field_address(kCache, "kmem_cache", "list").value()});
        set(types().variable("contig_page_data").value().address, "pglist_data", "nr_online_cpus",
            1);
    }

    VirtAddr head(VirtAddr object, char const* type, char const* list) const
    {
        return view().field_address(object, type, list).value();
    }
    // The slab_list of a slab.
    VirtAddr node(uint64_t pfn) const { return head(page(pfn), "slab", "slab_list"); }

    static VirtAddr object(uint64_t pfn, unsigned i)
    {
        return VirtAddr(pfn * kPageSize + kSlot * i);
    }

    void put_slab(uint64_t pfn)
    {
        set(page(pfn), "slab", "__page_flags", 1 << 9);
        set(page(pfn), "slab", "slab_cache", kCache.value);
    }

    VirtAddr root;

  private:
    static constexpr VirtAddr kNames{0x6000};
    static constexpr VirtAddr kOperations{0x6100};
};

using Lines = std::vector<std::string>;

inline Lines damage_of(FakeKernel const& kernel)
{
    auto const report = read_slabs(kernel.view()).value();
    (void)format_slabinfo(report);
    Lines lines;
    for (auto const& found : report.damage)
        lines.push_back(found.what);
    return lines;
}

// What is found after `damage` was done to a whole kernel.
template<class Kernel, class Damager>
Lines damage_after(char const* sample, Damager damage)
{
    Kernel kernel(sample);
    damage(kernel);
    return damage_of(kernel);
}

} // namespace pagelab::guest::test
