// Short views of high memory on i686: the slots of kmap and of kmap_local.
//
//   pkmap_count[n]   0: free   1: unused, but still mapped   m: m - 1 users      at pkmap_base + n
//   kmap_ctrl_idx    slots in use by kmap_local, for each CPU; from fixaddr_top downwards
//
// A kernel without high memory has none of this. Source: guestkernel/mm/highmem.hpp; Linux 6.1
// mm/highmem.c.
#pragma once

#include <vector>

#include "emu/guest/damage.hpp"
#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

struct KmapSlot {
    unsigned slot = 0;
    VirtAddr address;
    VirtAddr page;     // its struct page; 0: not known
    int64_t count = 0; // as in pkmap_count
};

struct KmapReport {
    bool has_windows = false;
    VirtAddr base;               // of the pkmap window
    std::vector<KmapSlot> slots; // those whose count is not 0
    std::vector<uint64_t> local; // slots of kmap_local in use, by CPU
    std::vector<Damage> damage;
};

Result<KmapReport> read_kmaps(KernelView const& view);

} // namespace pagelab::guest
