// What the parts of slab_map share: where they read, what they fill. Internal to emu/guest.
#pragma once

#include <unordered_map>

#include "emu/guest/page_map.hpp"
#include "emu/guest/slab_map.hpp"

namespace pagelab::guest {

struct SlabMapper {
    SlabMapper(KernelView const& seen, PageMap const& array, SlabMap& result, VirtAddr caches)
        : view(seen), pages(array), map(result), root(caches)
    {
    }

    KernelView const& view;
    PageMap const& pages;
    SlabMap& map;
    VirtAddr root;                // the struct slab_caches
    uint64_t page_offset = 0;     // where the direct map begins
    uint64_t cpus = 0;            // that are online
    uint64_t objects_left = 0;    // memory has no room for more of them
    size_t steps_left = 1u << 26; // along all free lists: what damage may make of them is bounded
    SlabCacheMap* last = nullptr; // whose slab was found last
    std::unordered_map<uint64_t, VirtAddr> freelists; // each slab's own, by page frame

    VirtAddr address_of(Pfn pfn) const
    {
        return view.advance(VirtAddr(page_offset), pfn_to_phys(pfn).value);
    }
    void damaged(std::string what, VirtAddr where, uint64_t expected, uint64_t found)
    {
        note(map.damage, {std::move(what), where, expected, found});
    }
    // SLAB: of this cache; 0 if it cannot be read.
    uint64_t objects_per_slab(SlabCacheMap const& cache) const;
    void cut_last_slab(Pfn end); // another begins there
    // The cache's slab with this struct page, or around this address; null: none.
    static Slab* slab_of_page(SlabCacheMap& cache, VirtAddr page);
    Slab* slab_around(SlabCacheMap& cache, VirtAddr address) const;
};

// Say where each of a cache's slabs is, and which of its objects are free. What cannot be followed
// is noted as damage; fails if the cache itself cannot be read.
Result<> map_slub_lists(SlabMapper& mapper, SlabCacheMap& cache);
Result<> map_array_lists(SlabMapper& mapper, SlabCacheMap& cache);

} // namespace pagelab::guest
