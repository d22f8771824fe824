// What the readers of SLUB, SLAB and SLOB share: where they read, what they report to.
#pragma once

#include "emu/guest/page_map.hpp"
#include "emu/guest/slab.hpp"

namespace pagelab::guest {

struct SlabReader {
    KernelView const& view;
    PageMap const& pages;
    SlabReport& report;
    VirtAddr root;                // the struct slab_caches
    uint64_t page_offset = 0;     // where the direct map begins
    uint64_t cpus = 0;            // that are online
    size_t slabs_left = 1u << 24; // on all lists: caches that share a node must not make it longer

    // The nodes up to the damage, which is noted.
    std::vector<VirtAddr> walk(VirtAddr head);
    void damaged(std::string what, VirtAddr where, uint64_t expected, uint64_t found);

    // The struct slab around this slab_list node, and its pages' number; nothing, and damage, if
    // there is no struct page there.
    struct Place {
        VirtAddr slab;
        Pfn pfn;
    };
    Result<std::optional<Place>> slab_of_node(VirtAddr node);
    VirtAddr address_of(Pfn pfn) const;
    // The struct page that stands for the one of this address in the direct map: a compound
    // page's head.
    Result<VirtAddr> head_at(VirtAddr address) const;
};

// Each fills the counts of a cache whose address, name and size are known.
Result<> read_slub_cache(SlabReader& reader, SlabCache& cache);
Result<> read_array_cache(SlabReader& reader, SlabCache& cache);

Result<> read_slob_heap(SlabReader& reader);

} // namespace pagelab::guest
