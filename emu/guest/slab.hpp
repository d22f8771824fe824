// The guest's SLUB caches, and /proc/slabinfo's text from them.
//
// A cache's slabs are counted twice: by its node's counters and lists, and by looking at every
// struct page that says it is a slab of this cache. What differs is Damage.
// Source: Linux 6.1 mm/slub.c (get_slabinfo), mm/slab_common.c (cache_show).
#pragma once

#include <string>
#include <vector>

#include "emu/guest/damage.hpp"
#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

struct SlabCache {
    VirtAddr address; // of the struct kmem_cache
    std::string name;
    uint64_t size = 0; // bytes of a slot
    uint64_t objects_per_slab = 0;
    uint64_t order = 0;         // of a slab: 2^order pages
    uint64_t nr_slabs = 0;      // by the node's counters
    uint64_t total_objects = 0; // likewise
    uint64_t nr_free = 0;       // on slabs of the node's partial list
    uint64_t scanned_slabs = 0; // by struct page
    uint64_t scanned_objects = 0;
};

struct SlabReport {
    std::vector<SlabCache> caches; // in the order of the kernel's list
    std::vector<Damage> damage;
};

Result<SlabReport> read_slabs(KernelView const& view);

std::string format_slabinfo(SlabReport const& report);

} // namespace pagelab::guest
