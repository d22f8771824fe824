// The Mem-Info block: what of memory is used for what, in the log. SysRq-m prints it, and so does
// an allocation that fails.
//
// Source: Linux 6.1 lib/show_mem.c, show_free_areas() in mm/page_alloc.c.
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

// Through the environment's printk. Reads counters and list heads only, so it may run anywhere.
void show_mem(pglist_data const& pgdat);

} // namespace pagelab::mm
