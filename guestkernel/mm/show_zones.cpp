// /proc/buddyinfo and /proc/zoneinfo.
#include "guestkernel/mm/show.hpp"

namespace pagelab::mm {

namespace {

using lib::seq_printf;
using lib::seq_putc;
using lib::seq_puts;

bool is_zone_first_populated(pglist_data const& pgdat, zone const& z)
{
    for (zone const& other : pgdat.node_zones) {
        if (populated_zone(other))
            return &other == &z;
    }
    return false;
}

void show_node_stats(seq_file& m, pglist_data const& pgdat)
{
    int const count = pgdat.layout->numa ? NR_VM_NODE_STAT_ITEMS : PGPROMOTE_SUCCESS;
    seq_puts(m, "\n  per-node stats");
    for (int i = 0; i < count; i++)
        seq_printf(m, "\n      %-12s %lu", node_stat_name(static_cast<node_stat_item>(i)),
                   static_cast<unsigned long>(pgdat.vm_stat[i]));
}

void show_sizes(seq_file& m, pglist_data const& pgdat, zone const& z)
{
    seq_printf(m, "\n  pages free     %lu", static_cast<unsigned long>(z.vm_stat[NR_FREE_PAGES]));
    seq_printf(m, "\n        boost    %lu", z.watermark_boost);
    seq_printf(m, "\n        min      %lu", z._watermark[WMARK_MIN] + z.watermark_boost);
    seq_printf(m, "\n        low      %lu", z._watermark[WMARK_LOW] + z.watermark_boost);
    seq_printf(m, "\n        high     %lu", z._watermark[WMARK_HIGH] + z.watermark_boost);
    seq_printf(m, "\n        spanned  %lu", z.spanned_pages);
    seq_printf(m, "\n        present  %lu", z.present_pages);
    seq_printf(m, "\n        managed  %lu", z.managed_pages);
    seq_printf(m, "\n        cma      %lu", 0ul);
    seq_printf(m, "\n        protection: (%ld", z.lowmem_reserve[0]);
    for (unsigned i = 1; i < pgdat.layout->nr_zones; i++)
        seq_printf(m, ", %ld", z.lowmem_reserve[i]);
    seq_putc(m, ')');
}

void show_zone_stats(seq_file& m, pglist_data const& pgdat, zone const& z)
{
    for (int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
        seq_printf(m, "\n      %-12s %lu", zone_stat_name(static_cast<zone_stat_item>(i)),
                   static_cast<unsigned long>(z.vm_stat[i]));
    for (int i = 0; pgdat.layout->numa && i < NR_VM_NUMA_EVENT_ITEMS; i++)
        seq_printf(m, "\n      %-12s %lu", numa_stat_name(static_cast<numa_stat_item>(i)),
                   static_cast<unsigned long>(z.vm_numa_event[i]));
}

void show_pagesets(seq_file& m, pglist_data const& pgdat, zone const& z)
{
    seq_puts(m, "\n  pagesets");
    for (unsigned cpu = 0; cpu < pgdat.nr_online_cpus; cpu++) {
        per_cpu_pages const& pcp = z.per_cpu_pageset[cpu];
        seq_printf(m, "\n    cpu: %i", static_cast<int>(cpu));
        seq_printf(m, "\n              count: %i", pcp.count);
        seq_printf(m, "\n              high:  %i", pcp.high);
        seq_printf(m, "\n              batch: %i", pcp.batch);
        seq_printf(m, "\n  vm stats threshold: %d", z.per_cpu_zonestats[cpu].stat_threshold);
    }
}

void show_zone(seq_file& m, pglist_data const& pgdat, zone const& z)
{
    seq_printf(m, "Node %d, zone %8s", pgdat.node_id, z.name);
    if (is_zone_first_populated(pgdat, z))
        show_node_stats(m, pgdat);
    show_sizes(m, pgdat, z);
    if (populated_zone(z)) {
        show_zone_stats(m, pgdat, z);
        show_pagesets(m, pgdat, z);
        seq_printf(m, "\n  node_unreclaimable:  %u", 0u);
        seq_printf(m, "\n  start_pfn:           %lu", z.zone_start_pfn);
    }
    seq_putc(m, '\n');
}

} // namespace

void show_buddyinfo(seq_file& m, pglist_data const& pgdat)
{
    for (zone const& z : pgdat.node_zones) {
        if (!populated_zone(z))
            continue;
        seq_printf(m, "Node %d, zone %8s ", pgdat.node_id, z.name);
        for (struct free_area const& area : z.free_area)
            seq_printf(m, "%6lu ", area.nr_free);
        seq_putc(m, '\n');
    }
}

void show_zoneinfo(seq_file& m, pglist_data const& pgdat)
{
    for (unsigned i = 0; i < pgdat.layout->nr_zones; i++)
        show_zone(m, pgdat, pgdat.node_zones[i]);
}

} // namespace pagelab::mm
