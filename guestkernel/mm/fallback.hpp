// Stealing: when a migrate type has no block left, another one's is taken, best whole pageblocks.
//
// Source: Linux 6.1 mm/page_alloc.c: fallbacks[], __rmqueue_fallback, find_suitable_fallback,
// steal_suitable_fallback, move_freepages_block. No page is ever on an LRU list here, so that none
// of a pageblock's used pages counts as movable.
#pragma once

#include "guestkernel/mm/buddy.hpp"

namespace pagelab::mm {

// Moves a free block of another type, of this order or larger, to the lists of `type`; false if
// there is none.
bool rmqueue_fallback(zone& z, unsigned order, migratetype type, fallback_policy policy);

// Moves the free blocks of the pageblock with this page to the lists of `type`; returns their
// pages. 0, and nothing moved, if the pageblock's end lies outside the zone.
unsigned long move_freepages_block(zone& z, unsigned long pfn, migratetype type);

} // namespace pagelab::mm
