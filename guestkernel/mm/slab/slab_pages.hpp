// The pages a slab is made of: taken for a cache, marked, counted as slab memory, and given back.
//
// Source: Linux 6.1 mm/slab.c: kmem_getpages, kmem_freepages; mm/slab.h: account_slab.
#pragma once

#include "guestkernel/mm/slab/slab.hpp"

namespace pagelab::mm {

// What of a caller's gfp goes on to the page allocator: GFP_RECLAIM_MASK | GFP_CONSTRAINT_MASK.
inline constexpr gfp_t kSlabGfpMask = __GFP_RECLAIM | __GFP_HIGH | __GFP_IO | __GFP_FS |
                                      __GFP_NOWARN | __GFP_RETRY_MAYFAIL | __GFP_NOFAIL |
                                      __GFP_NORETRY | __GFP_MEMALLOC | __GFP_NOMEMALLOC |
                                      __GFP_ATOMIC | __GFP_HARDWALL | __GFP_THISNODE;

// 2^order pages with the cache's allocflags; null: no memory. slab_cache is set.
slab* alloc_slab_pages(kmem_cache& s, gfp_t gfp, unsigned order);

void free_slab_pages(kmem_cache& s, slab& sl, unsigned order);

} // namespace pagelab::mm
