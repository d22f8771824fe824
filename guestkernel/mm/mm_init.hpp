// From memblock to a working page allocator: sizes of the zones, struct pages, free lists.
//
// Order of calls: free_area_init, memblock_free_all, init_per_zone_wmark_min (watermark.hpp).
// Source: Linux 6.1 mm/page_alloc.c: free_area_init, calculate_node_totalpages, memmap_init,
// __free_pages_core; mm/memblock.c: memblock_free_all.
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

struct free_area_config {
    zone_layout const* layout;
    // End of each zone (exclusive): zone i is [end of zone i - 1, max_zone_pfn[i]). A zone whose
    // end is 0 or not above the one before is empty.
    unsigned long max_zone_pfn[MAX_NR_ZONES];
    // struct page of pfn 0. Must be there for every pfn of for_each_mem_map_range; need not be
    // initialised.
    page* mem_map;
    // Where allocated physical memory can be written; called with what memblock_phys_alloc gives.
    void* (*phys_to_virt)(PhysAddr);
    environment const* env = &kBareEnvironment;
};

// Page frames whose struct page is used: memory, rounded out to blocks of the largest order.
struct pfn_range {
    Pfn start;
    Pfn end; // exclusive
};

// The i-th of these ranges (one per range of memory; neighbours may overlap); false behind the
// last one.
bool mem_map_range(memblock const& mb, unsigned long i, pfn_range& range);

// Lays out the zones and initialises every struct page: memory in its zone with _refcount 1, the
// rest reserved. Pageblock bitmaps are allocated from memblock. `mb` must outlive pgdat.
Result<> free_area_init(pglist_data& pgdat, memblock& mb, free_area_config const& config);

// Gives all memory that is not reserved to the buddy lists. Returns the number of pages.
unsigned long memblock_free_all(pglist_data& pgdat);

// Gives back reserved pages in [start, end) after boot: init code, boot modules. Pages of the range
// that are not reserved memory are left alone. Returns the number of pages freed.
unsigned long free_reserved_area(pglist_data& pgdat, Pfn start, Pfn end);

} // namespace pagelab::mm
