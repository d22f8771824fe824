// The page allocator's door for the rest of the kernel: what no caller may ask for is a WARN.
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::kernel {

// mm::alloc_pages; null for an order that is too large, which is reported once unless
// __GFP_NOWARN is among the flags. Source: Linux 6.1 mm/page_alloc.c (__alloc_pages).
mm::page* __alloc_pages(mm::pglist_data& pgdat, mm::gfp_t gfp, unsigned order);

} // namespace pagelab::kernel
