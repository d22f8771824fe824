// The page allocator's front door: alloc_pages and __free_pages.
//
// A request names an order (2^order pages, 0..10) and gfp flags. Zones are tried from the highest
// allowed one down; each must keep its watermark and, for requests that could have used a higher
// zone, its lowmem reserve. Nothing is reclaimed: what cannot be had now fails.
//
// Blocks are not compound: only the first page's _refcount is 1, and the block is freed with the
// order it was taken with. Contents are not touched (__GFP_ZERO is the kernel's business, which
// can map the page). The caller keeps other CPUs and interrupts away.
//
// Source: Linux 6.1 mm/page_alloc.c: get_page_from_freelist, __alloc_pages_slowpath.
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

// The first page of the block, or null: order too large, or no zone has a block to give.
page* alloc_pages(pglist_data& pgdat, gfp_t gfp, unsigned order);

// Drops one reference and frees the block with the last. An error means that the page was not an
// allocated one (freed twice, reserved, damaged): nothing was changed.
Result<> __free_pages(pglist_data& pgdat, page& first, unsigned order);

// Pages free in all zones; pages managed in all zones.
unsigned long nr_free_pages(pglist_data const& pgdat);
unsigned long totalram_pages(pglist_data const& pgdat);

} // namespace pagelab::mm
