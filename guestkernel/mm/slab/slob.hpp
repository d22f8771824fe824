// SLOB: a heap of pages on three lists, cut by first fit; blocks are as large as what is in them.
//
//   free_slob_small   <-> page <-> page    for requests below 256 bytes
//   free_slob_medium  <-> page             below 1024
//   free_slob_large   <-> page             the others; from a page on, whole pages
//
// A page with free blocks is on the list of the request that made it so. Its slab.freelist is the
// first free block, its slab.units how many units of 2 bytes are free in all. Free blocks lie in
// order of address, never side by side, and tell in their first units how long they are and where
// the next one is:
//
//   units > 1:  | units | offset of next |      offsets count units from the page's begin; the last
//   one unit:   | -offset of next |             block's next is the begin of the next page
//
// The search starts where the last one ended. Nobody but the caller knows how long a block in use
// is: a cache knows its objects' size, kmalloc puts it in front of its blocks.
//
// There is no slabinfo, no merging and no debugging, and DMA memory only as whole pages.
//
// Source: Linux 6.1 mm/slob.c.
#pragma once

#include "guestkernel/mm/slab/slab.hpp"

namespace pagelab::mm {

extern slab_operations const slob_operations;

using slobidx_t [[gnu::may_alias]] = int16_t; // a block is an array of these
inline constexpr unsigned SLOB_UNIT = sizeof(slobidx_t);
inline constexpr unsigned SLOB_BREAK1 = 256;
inline constexpr unsigned SLOB_BREAK2 = 1024;
inline constexpr pageflags PG_slob_free = PG_private; // the page is on a list

constexpr unsigned slob_units_for(size_t bytes)
{
    return static_cast<unsigned>((bytes + SLOB_UNIT - 1) / SLOB_UNIT);
}
inline constexpr int kSlobPageUnits = kPageSize / SLOB_UNIT;

// The state: slab_caches::allocator.
struct slob_heap {
    slab_env const* env;
    lib::spinlock_t slob_lock; // of all that follows, and of the pages on the lists
    list_head free_slob_small;
    list_head free_slob_medium;
    list_head free_slob_large;
};

// A free block: its units, and the next one (the begin of the following page: none).
inline slobidx_t* slob_base(slobidx_t const* block)
{
    return reinterpret_cast<slobidx_t*>(reinterpret_cast<uintptr_t>(block) & ~(kPageSize - 1));
}
inline unsigned slob_units(slobidx_t const* block)
{
    return block[0] > 0 ? static_cast<unsigned>(block[0]) : 1;
}
inline slobidx_t* slob_next(slobidx_t const* block)
{
    return slob_base(block) + (block[0] < 0 ? -block[0] : block[1]);
}
inline bool slob_last(slobidx_t const* block)
{
    return slob_next(block) == slob_base(block) + kSlobPageUnits;
}
void set_slob(slobidx_t* block, unsigned units, slobidx_t const* next);

// slob_page.cpp, of a page that has free blocks. The list it is on is the caller's business.
// First fit; null: no block is long enough.
void* slob_page_alloc(slab& sp, size_t size, unsigned align, unsigned align_offset);
// Merges with the free neighbours; does not count the units.
void slob_page_insert(slab& sp, slobidx_t* block, unsigned units);

// `size` bytes, less than a page, such that block + align_offset is a multiple of `align` (a power
// of two); zeroed if __GFP_ZERO. Null: no memory.
void* slob_alloc(slob_heap& heap, size_t size, gfp_t gfp, unsigned align, unsigned align_offset);
void slob_free(slob_heap& heap, void* block, size_t size);

// Whole pages, counted as slab memory.
void* slob_new_pages(slob_heap& heap, gfp_t gfp, unsigned order);
Result<> slob_free_pages(slob_heap& heap, page& first, unsigned order);

// Verifies every page on the lists: links, order, distance and number of its free blocks.
slab_damage check_slob(slab_caches const& caches);

} // namespace pagelab::mm
