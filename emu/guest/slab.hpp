// The guest's slab caches, whichever of SLUB, SLAB and SLOB it runs, and /proc/slabinfo's text.
//
// A cache's slabs are counted twice: by its node's counters and lists, and by looking at every
// struct page that says it is a slab of this cache. Free lists are followed object by object,
// those that CPUs own included. What does not agree is Damage.
// Source: Linux 6.1 mm/slub.c and mm/slab.c (get_slabinfo), mm/slab_common.c (cache_show),
// mm/slob.c.
#pragma once

#include <optional>
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
    uint64_t active_slabs = 0;  // with objects in use; SLUB does not tell them apart
    uint64_t total_objects = 0; // by the node's counters
    uint64_t nr_free = 0;       // objects free on slabs of the node's lists
    uint64_t cached = 0;        // objects free to a CPU: on its lists, in its and shared arrays
    uint64_t limit = 0;         // SLAB: of a CPU's array
    uint64_t batchcount = 0;    // SLAB: moved at once between array and slabs
    uint64_t shared = 0;        // SLAB: how many times batchcount the shared array holds
    uint64_t shared_avail = 0;  // SLAB: objects in it
    uint64_t scanned_slabs = 0; // by struct page
    uint64_t scanned_objects = 0;

    // Objects that somebody has.
    uint64_t in_use() const { return total_objects - nr_free - cached; }
};

// SLOB's three lists taken together.
struct SlobHeap {
    uint64_t pages = 0;         // with free blocks
    uint64_t free_bytes = 0;    // in them
    uint64_t scanned_pages = 0; // of the heap, full ones and whole-page objects included
};

struct SlabReport {
    std::string allocator;         // as slab_allocator= names it
    std::vector<SlabCache> caches; // in the order of the kernel's list; SLOB: names and sizes only
    std::optional<SlobHeap> heap;  // SLOB
    std::vector<Damage> damage;
};

Result<SlabReport> read_slabs(KernelView const& view);

// Empty for SLOB, which has no such file.
std::string format_slabinfo(SlabReport const& report);

} // namespace pagelab::guest
