// Many single pages at once, to and from an array: what vmalloc needs.
//
// The zone is chosen, and its watermark looked at, once for all; then pages come straight off this
// CPU's list. Source: Linux 6.1 mm/page_alloc.c (__alloc_pages_bulk), mm/vmalloc.c
// (vm_area_alloc_pages), mm/swap.c (release_pages).
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

// Fills pages[0..count) and returns how many there are, from the front: fewer than `count` if
// memory runs out. Requests as alloc_pages.
unsigned long alloc_pages_bulk_array(pglist_data& pgdat, gfp_t gfp, unsigned long count,
                                     page** pages);

// Drops one reference of each. The first error, if any; the pages concerned are left alone.
Result<> release_pages(pglist_data& pgdat, page* const* pages, unsigned long count);

} // namespace pagelab::mm
