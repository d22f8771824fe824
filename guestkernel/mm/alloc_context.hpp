// A request on its way through the page allocator: internal to page_alloc.cpp, page_slowpath.cpp
// and alloc_report.cpp.
//
// Source: Linux 6.1 mm/internal.h (struct alloc_context), mm/page_alloc.c.
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

struct alloc_context {
    gfp_t gfp;
    unsigned order;
    unsigned highest_zoneidx;
    migratetype type;
    unsigned alloc_flags; // ALLOC_NOFRAGMENT or 0
};

// A block from the first zone that keeps its mark as far as alloc_flags demand; null: none does.
page* get_page_from_freelist(pglist_data& pgdat, alloc_context const& ac, zone_watermarks mark,
                             unsigned alloc_flags);

// The rest of a request's way when no zone is above its low watermark.
page* alloc_pages_slowpath(pglist_data& pgdat, alloc_context const& ac);

// "invoked oom-killer", as often as its rate limit lets it.
void out_of_memory(pglist_data& pgdat, alloc_context const& ac);

} // namespace pagelab::mm
