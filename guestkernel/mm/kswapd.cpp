// kswapd: reclaim in the background, between the low and the high watermark.
#include "guestkernel/mm/vmscan.hpp"

#include "guestkernel/mm/shrink_node.hpp"
#include "guestkernel/mm/watermark.hpp"

namespace pagelab::mm {

namespace {

void set_reclaim_active(pglist_data& pgdat, unsigned highest_zoneidx, unsigned long bit)
{
    for (unsigned i = 0; i <= highest_zoneidx; i++) {
        unsigned long& flags = pgdat.node_zones[i].flags;
        lib::atomic_and(flags, ~(1ul << ZONE_RECLAIM_ACTIVE));
        lib::atomic_or(flags, bit);
    }
}

// The sum of the high watermarks; each zone counts at least one cluster.
unsigned long pages_to_reclaim(pglist_data const& pgdat, unsigned highest_zoneidx)
{
    unsigned long sum = 0;
    for (unsigned i = 0; i <= highest_zoneidx; i++) {
        zone const& z = pgdat.node_zones[i];
        unsigned long const high = z._watermark[WMARK_HIGH];
        if (z.managed_pages != 0)
            sum += high > SWAP_CLUSTER_MAX ? high : SWAP_CLUSTER_MAX;
    }
    return sum;
}

void balance_pgdat(pglist_data& pgdat, unsigned order, unsigned highest_zoneidx)
{
    scan_control sc = {
        .nr_to_reclaim = 0,
        .gfp_mask = GFP_KERNEL,
        .order = order,
        .reclaim_idx = highest_zoneidx,
        .priority = DEF_PRIORITY,
        .is_kswapd = true,
    };
    unsigned long total = 0;
    count_vm_events(pgdat, PAGEOUTRUN, 1);
    set_reclaim_active(pgdat, highest_zoneidx, 1ul << ZONE_RECLAIM_ACTIVE);
    while (sc.priority >= 1 && !pgdat_balanced(pgdat, sc.order, highest_zoneidx)) {
        sc.nr_to_reclaim = pages_to_reclaim(pgdat, highest_zoneidx);
        sc.nr_scanned = 0;
        sc.nr_reclaimed = 0;
        shrink_node(pgdat, sc);
        total += sc.nr_reclaimed;
        if (sc.order > 0 && sc.nr_reclaimed >= 2ul << sc.order)
            sc.order = 0; // enough is free: large blocks need compaction, which there is not
        if (sc.nr_scanned < sc.nr_to_reclaim || sc.nr_reclaimed == 0)
            sc.priority--;
    }
    set_reclaim_active(pgdat, highest_zoneidx, 0);
    pgdat.kswapd_failures = total == 0 && sc.priority < 1 ? pgdat.kswapd_failures + 1 : 0;
}

} // namespace

bool pgdat_balanced(pglist_data const& pgdat, unsigned order, unsigned highest_zoneidx)
{
    bool has_zone = false;
    for (unsigned i = 0; i <= highest_zoneidx; i++) {
        zone const& z = pgdat.node_zones[i];
        if (z.managed_pages == 0)
            continue;
        has_zone = true;
        if (zone_watermark_ok(z, order, z._watermark[WMARK_HIGH], highest_zoneidx, 0))
            return true;
    }
    return !has_zone;
}

void wakeup_kswapd(pglist_data& pgdat, unsigned order, unsigned highest_zoneidx)
{
    if (pgdat.kswapd_failures >= MAX_RECLAIM_RETRIES ||
        pgdat_balanced(pgdat, order, highest_zoneidx))
        return;
    bool const asleep = pgdat.kswapd_highest_zoneidx == MAX_NR_ZONES;
    if (asleep || pgdat.kswapd_highest_zoneidx < highest_zoneidx)
        pgdat.kswapd_highest_zoneidx = highest_zoneidx;
    if (asleep || pgdat.kswapd_order < order)
        pgdat.kswapd_order = order;
    if (asleep && pgdat.env->wake_kswapd != nullptr)
        pgdat.env->wake_kswapd();
}

bool kswapd_is_wanted(pglist_data const& pgdat)
{
    return pgdat.kswapd_highest_zoneidx != MAX_NR_ZONES;
}

void kswapd_run(pglist_data& pgdat)
{
    unsigned const highest = pgdat.kswapd_highest_zoneidx;
    unsigned& task_flags = pgdat.env->task_flags();
    if (highest == MAX_NR_ZONES || (task_flags & PF_MEMALLOC) != 0)
        return;
    unsigned const order = pgdat.kswapd_order;
    pgdat.kswapd_highest_zoneidx = MAX_NR_ZONES;
    pgdat.kswapd_order = 0;
    task_flags |= PF_MEMALLOC;
    balance_pgdat(pgdat, order, highest);
    task_flags &= ~PF_MEMALLOC;
}

} // namespace pagelab::mm
