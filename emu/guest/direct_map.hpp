// The direct map: the window in which the guest sees all its low memory, one to one.
//
//   virtual = base + physical        for the first `pages` page frames; high memory has no such
//   place
//
// Source: Linux 6.1 Documentation/x86/x86_64/mm.rst (page_offset_base),
// arch/x86/include/asm/page.h. The base is what the slab layer computes its addresses with
// (slab_env).
#pragma once

#include <optional>

#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

struct DirectMap {
    VirtAddr base;
    uint64_t pages = 0;

    std::optional<VirtAddr> address_of(Pfn pfn) const
    {
        if (pfn.value >= pages)
            return std::nullopt;
        return base + pfn_to_phys(pfn).value;
    }
    std::optional<PhysAddr> physical_of(VirtAddr address) const
    {
        if (address < base || (address - base) / kPageSize >= pages)
            return std::nullopt;
        return PhysAddr(address - base);
    }
};

// Empty before the guest has set up its slab allocator.
Result<DirectMap> read_direct_map(KernelView const& view);

} // namespace pagelab::guest
