// What a page must be like when it is freed and when it is taken, and making it so.
//
//   freed   no user, no mapping, none of kFlagsCheckedAtFree: else its owner is not done with it
//   taken   as it was left: else somebody wrote to a free page
//
// What the caller can be told is an Error. A bad page found on a free list is nobody's: it is set
// aside for ever, counted in pglist_data::bad_page and reported.
// Source: Linux 6.1 mm/page_alloc.c: free_pages_prepare, check_new_page, bad_page, prep_new_page.
#pragma once

#include "guestkernel/lib/atomic.hpp"
#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

// A page without mappings, cache and flags of these, with this many users.
inline bool page_expected_state(page const& p, int users, unsigned long flags)
{
    return ((lib::read_acquire(p._refcount) ^ users) | (p._mapcount + 1)) == 0 &&
           (reinterpret_cast<uintptr_t>(p.mapping) | (p.flags & flags)) == 0;
}

// Takes 2^order pages from their user, whose first has `users` users left, and makes them what a
// free list needs. Returns null, or why they must not be freed: then nothing was changed.
char const* free_pages_prepare(pglist_data const& pgdat, page& first, unsigned order, int users);

// Whether 2^order pages off a free list are as they were left; if not, they are reported.
bool check_new_pages(pglist_data& pgdat, page& first, unsigned order);

// Counts the page as bad and writes Linux' report of it. The page is left as it is.
void report_bad_page(pglist_data& pgdat, page const& p, char const* why);

// Zeroes a block and makes it compound, as gfp says.
void prep_special_page(pglist_data& pgdat, page& first, unsigned order, gfp_t gfp);

// A block for its user, with one reference.
inline void prep_new_page(pglist_data& pgdat, page& first, unsigned order, gfp_t gfp)
{
    first.private_ = 0;
    first._refcount = 1;
    if ((gfp & (__GFP_COMP | __GFP_ZERO)) != 0)
        prep_special_page(pgdat, first, order, gfp);
}

// Zeroes one page of any zone, if the environment can reach it.
void clear_highpage(pglist_data const& pgdat, page& p);

} // namespace pagelab::mm
