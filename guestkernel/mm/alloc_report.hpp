// What the log says when memory could not be had. Source: Linux 6.1 mm/page_alloc.c (warn_alloc).
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

// "insmod: WHAT, mode:...": the stack and the state of memory; once in ten seconds, and never for
// __GFP_NOWARN.
[[gnu::format(printf, 3, 4)]] void warn_alloc(pglist_data& pgdat, gfp_t gfp, char const* what, ...);

} // namespace pagelab::mm
