// The page allocator's front door: alloc_pages and __free_pages.
//
// A request names an order (2^order pages, 0..10) and gfp flags. Zones are tried from the highest
// allowed one down; each must keep its watermark and, for requests that could have used a higher
// zone, its lowmem reserve. When none can, a request that may sleep reclaims memory first
// (page_slowpath.cpp); what cannot be had then fails.
//
// A block is freed with the order it was taken with. Unless it is compound (__GFP_COMP, see
// compound.hpp), only its first page counts users. __GFP_ZERO needs the environment, to reach the
// pages. Any CPU may call at any time; interrupt handlers, with GFP_ATOMIC.
//
// Source: Linux 6.1 mm/page_alloc.c: get_page_from_freelist, __alloc_pages_slowpath, __free_pages,
// split_page, alloc_pages_exact.
#pragma once

#include "guestkernel/lib/bitops.hpp"
#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

// The order of the smallest block that holds `size` bytes (> 0).
constexpr unsigned get_order(size_t size)
{
    return lib::fls64((size - 1) / kPageSize);
}

static_assert(get_order(1) == 0 && get_order(4096) == 0 && get_order(4097) == 1);

// The first page of the block, or null: order too large, or no zone has a block to give.
page* alloc_pages(pglist_data& pgdat, gfp_t gfp, unsigned order);

// Drops one reference and frees the block with the last. With users left a block that is not
// compound loses all its pages but the first. An error means that the page was not an allocated one
// (freed twice, reserved, damaged): nothing was changed.
Result<> __free_pages(pglist_data& pgdat, page& first, unsigned order);

// Drops a reference got by get_page; the last frees the page, or the compound page it is in.
Result<> put_page(pglist_data& pgdat, page& p);

// Makes a block that is not compound into single pages, each with one user.
void split_page(page& first, unsigned order);

// By address in the direct map. 0: no memory, or __GFP_HIGHMEM, whose pages have no such address.
unsigned long __get_free_pages(pglist_data& pgdat, gfp_t gfp, unsigned order);
unsigned long get_zeroed_page(pglist_data& pgdat, gfp_t gfp);
Result<> free_pages(pglist_data& pgdat, unsigned long address, unsigned order); // 0: nothing

// Not a power of two: `size` bytes, rounded up to whole pages. Null as above, or without memory.
void* alloc_pages_exact(pglist_data& pgdat, size_t size, gfp_t gfp);
Result<> free_pages_exact(pglist_data& pgdat, void* address, size_t size);

// Pages free in all zones; pages managed in all zones.
unsigned long nr_free_pages(pglist_data const& pgdat);
unsigned long totalram_pages(pglist_data const& pgdat);

// The kind of block a request is served from.
constexpr migratetype gfp_migratetype(gfp_t gfp)
{
    if (gfp & __GFP_MOVABLE)
        return MIGRATE_MOVABLE;
    return gfp & __GFP_RECLAIMABLE ? MIGRATE_RECLAIMABLE : MIGRATE_UNMOVABLE;
}

} // namespace pagelab::mm
