// What a page must be like when it is freed and when it is taken, and making it so.
//
//   freed   no user, no mapping, none of kFlagsCheckedAtFree: else its owner is not done with it
//   taken   as it was left: else somebody wrote to a free page
//
// What the caller can be told is an Error. A bad page found on a free list is nobody's: it is set
// aside for ever, counted in pglist_data::bad_page and reported.
// Source: Linux 6.1 mm/page_alloc.c: free_pages_prepare, check_new_page, bad_page, prep_new_page.
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

// Whether 2^order pages may be freed whose first has `users` users left: nothing is changed.
Result<> check_free_pages(pglist_data const& pgdat, page& first, unsigned order, int users);

// Makes them what a free list needs. Checked before.
void free_pages_prepare(page& first, unsigned order);

// Whether 2^order pages off a free list are as they were left; if not, they are reported.
bool check_new_pages(pglist_data& pgdat, page& first, unsigned order);

// A block for its user: one reference, compound or zeroed as gfp says.
void prep_new_page(pglist_data& pgdat, page& first, unsigned order, gfp_t gfp);

// Zeroes one page of any zone, if the environment can reach it.
void clear_highpage(pglist_data const& pgdat, page& p);

} // namespace pagelab::mm
