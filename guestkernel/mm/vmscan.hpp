// Reclaim: making pages free that hold what can be had again.
//
//   direct   a sleeping request that found nothing frees 32 pages itself (try_to_free_pages)
//   kswapd   is woken below the low watermark and works until some zone is above the high one
//
// Both look at a part of the LRU lists that doubles with each round, 1/4096 to all of it, from the
// inactive tail, and ask the shrinkers in proportion. A page goes if nobody but the cache uses it
// and it is clean, or can be made so. kswapd_run is what kswapd's thread calls.
// Source: Linux 6.1 mm/vmscan.c.
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

inline constexpr unsigned long SWAP_CLUSTER_MAX = 32;
inline constexpr int DEF_PRIORITY = 12;
inline constexpr int MAX_RECLAIM_RETRIES = 16;

// Frees pages of zones up to highest_zoneidx; returns how many, or objects of shrinkers.
unsigned long try_to_free_pages(pglist_data& pgdat, unsigned order, gfp_t gfp_mask,
                                unsigned highest_zoneidx);

// Asks kswapd to balance the zones up to highest_zoneidx, unless they are, or it is hopeless.
void wakeup_kswapd(pglist_data& pgdat, unsigned order, unsigned highest_zoneidx);

// Whether some zone up to highest_zoneidx is above its high watermark.
bool pgdat_balanced(pglist_data const& pgdat, unsigned order, unsigned highest_zoneidx);

// What kswapd's thread does until it can sleep again; does nothing if nobody woke it.
void kswapd_run(pglist_data& pgdat);
bool kswapd_is_wanted(pglist_data const& pgdat);

// Pages of the zone on lists that reclaim looks at.
unsigned long zone_reclaimable_pages(zone const& z);

// Drops all clean pages nobody uses, as "echo 1 > /proc/sys/vm/drop_caches". Returns how many.
unsigned long drop_pagecache(pglist_data& pgdat);

// Has the shrinkers free all they can ("echo 2"). Returns how many objects.
unsigned long drop_slab(pglist_data& pgdat);

} // namespace pagelab::mm
