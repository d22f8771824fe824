// Stealing: when a migrate type has no block left, another one's is taken, best whole pageblocks.
//
// Source: Linux 6.1 mm/page_alloc.c: fallbacks[], __rmqueue_fallback, find_suitable_fallback,
// steal_suitable_fallback, move_freepages_block.
#pragma once

#include "guestkernel/mm/buddy.hpp"

namespace pagelab::mm {

// Moves a free block of another type, of this order or larger, to the lists of `type`; false if
// there is none.
bool rmqueue_fallback(zone& z, unsigned order, migratetype type, fallback_policy policy);

// Of a pageblock: pages in free blocks, and used ones that could be moved (those on an LRU list).
struct moved_pages {
    unsigned long free = 0;
    unsigned long movable = 0;
};

// Moves the free blocks of the pageblock with this page to the lists of `type`. All 0, and nothing
// moved, if the pageblock's end lies outside the zone.
moved_pages move_freepages_block(zone& z, unsigned long pfn, migratetype type);

} // namespace pagelab::mm
