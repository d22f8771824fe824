// Everything that was allocated and is in use, and the object around an address. Internal to the
// search for leaks.
//
// Slab objects by cache and slab, vmalloc areas, and compound blocks that are no slab (kmalloc of
// more than a cache has). A free slab object has size 0.
#pragma once

#include <unordered_map>
#include <vector>

#include "emu/guest/kernel_index.hpp"

namespace pagelab::guest {

struct HeapObject {
    VirtAddr start;
    uint64_t size = 0;
    char const* kind = "";
    SlabCacheMap const* cache = nullptr; // of a slab object
    bool reached = false;
    bool is_opaque = false; // reached, but what it contains is no evidence
};

struct HeapObjects {
    std::vector<HeapObject> objects;
    std::vector<std::vector<size_t>> first_of_slab; // by cache, by slab: its object 0
    std::vector<size_t> areas;                      // by address
    std::unordered_map<uint64_t, size_t> blocks;    // by page frame

    // Any byte of it; null: none is there.
    HeapObject* find(KernelIndex const& index, VirtAddr address);
};

// The index must outlive the objects. A task's stack is opaque, and reached: its live part is a
// root of its own.
Result<HeapObjects> collect_heap_objects(KernelView const& view, KernelIndex const& index);

} // namespace pagelab::guest
