// One round of reclaim, of direct reclaim or of kswapd: internal to vmscan.cpp and kswapd.cpp.
//
// Source: Linux 6.1 mm/vmscan.c (struct scan_control, shrink_node).
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

struct scan_control {
    unsigned long nr_to_reclaim;
    gfp_t gfp_mask; // what the reclaimer may do: write (__GFP_IO and __GFP_FS)
    unsigned order;
    unsigned reclaim_idx; // zones above do not help
    int priority;         // the lists' sizes are shifted right by it
    bool is_kswapd;       // whom the counters count
    unsigned long nr_scanned = 0;
    unsigned long nr_reclaimed = 0;
};

void shrink_node(pglist_data& pgdat, scan_control& sc);

} // namespace pagelab::mm
