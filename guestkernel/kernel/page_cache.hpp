// A file to fill the page cache with: endless, made up, kept nowhere.
//
// Its page i begins with the number i. Reading it leaves pages in the page cache, from which they
// go when memory is needed (mm/vmscan.hpp); writing makes them dirty.
#pragma once

#include "guestkernel/lib/result.hpp"

namespace pagelab::kernel {

void page_cache_init(); // after the page allocator

// echo N > /proc/sys/vm/drop_caches: 1 the page cache, 2 what shrinkers have, 3 both.
lib::Result<> write_drop_caches(char const* text);

} // namespace pagelab::kernel
