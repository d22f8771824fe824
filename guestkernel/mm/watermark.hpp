// How much of each zone is kept back, and for whom.
//
// min is what only atomic requests may dip into; normal requests stop at low; high is where
// reclaim would stop. A zone's lowmem_reserve[i] is kept from requests that could have used zone
// i, so that user pages do not fill the memory the kernel itself must live in.
//
// Source: Linux 6.1 mm/page_alloc.c: init_per_zone_wmark_min, __setup_per_zone_wmarks,
// setup_per_zone_lowmem_reserve, zone_batchsize; mm/vmstat.c: calculate_normal_threshold.
// khugepaged, which raises min_free_kbytes on machines of 512 MiB and more, is absent.
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

// Watermarks, reserves, pageset sizes for the memory now managed; sets min_free_kbytes to
// sqrt(16 * low memory in KiB), between 128 and 262144.
void init_per_zone_wmark_min(pglist_data& pgdat);

// The same for a min_free_kbytes chosen by the caller.
void setup_per_zone_wmarks(pglist_data& pgdat, unsigned long min_free_kbytes);

// How many pages each CPU may keep of this zone, from its size and low watermark; a boot pageset is
// left alone. Source: zone_batchsize, zone_highsize, refresh_zone_stat_thresholds.
void zone_set_pageset_high_and_batch(zone& z);

// How far a request may go; Linux' internal allocation flags.
enum alloc_flags : unsigned {
    ALLOC_NO_WATERMARKS = 0x4, // everything
    ALLOC_HARDER = 0x10,       // a quarter below the mark, and HighAtomic pageblocks
    ALLOC_HIGH = 0x20,         // half below the mark
    ALLOC_NOFRAGMENT = 0x100,  // rather another zone than another migrate type's small block
};

// Whether 2^order pages can be taken and the zone still keeps `mark` pages (less as alloc_flags
// allow) and its reserve against highest_zoneidx. Source: __zone_watermark_ok.
bool zone_watermark_ok(zone const& z, unsigned order, unsigned long mark, unsigned highest_zoneidx,
                       unsigned alloc_flags);

// Whether the lists that requests without special rights take from have a block of this order or
// larger.
bool zone_has_block(zone const& z, unsigned order);

// The same as zone_watermark_ok without alloc_flags.
inline bool zone_watermark_fast(zone const& z, unsigned order, unsigned long mark,
                                unsigned highest_zoneidx)
{
    long const usable =
        zone_page_state(z, NR_FREE_PAGES) - static_cast<long>(z.nr_reserved_highatomic);
    long const kept = static_cast<long>(mark) + z.lowmem_reserve[highest_zoneidx];
    return usable - ((1l << order) - 1) > kept && (order == 0 || zone_has_block(z, order));
}

} // namespace pagelab::mm
