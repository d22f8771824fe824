// /proc/vmstat: every counter of the zones and the node, summed, one a line.
#include "guestkernel/mm/show.hpp"

#include "guestkernel/mm/page_alloc.hpp"

namespace pagelab::mm {

namespace {

using lib::seq_printf;

// vm.dirty_ratio and vm.dirty_background_ratio: how much of dirtyable memory may be dirty before
// writers must write back themselves, and before others begin to.
constexpr unsigned long kDirtyPercent = 20;
constexpr unsigned long kDirtyBackgroundPercent = 10;

unsigned long zone_cache(zone const& z)
{
    return static_cast<unsigned long>(z.vm_stat[NR_ZONE_INACTIVE_FILE] +
                                      z.vm_stat[NR_ZONE_ACTIVE_FILE]);
}

unsigned long highmem_dirtyable_memory(pglist_data const& pgdat)
{
    unsigned long pages = 0;
    for (unsigned i = 0; i < pgdat.layout->nr_zones; i++) {
        zone const& z = pgdat.node_zones[i];
        if (!is_highmem_idx(pgdat, i) || !populated_zone(z))
            continue;
        auto const free = static_cast<unsigned long>(z.vm_stat[NR_FREE_PAGES]);
        unsigned long const high = z._watermark[WMARK_HIGH] + z.watermark_boost;
        pages += (free > high ? free - high : 0) + zone_cache(z);
    }
    return pages;
}

// Free memory and page cache, without reserves and high memory.
unsigned long global_dirtyable_memory(pglist_data const& pgdat)
{
    unsigned long pages = nr_free_pages(pgdat);
    pages -= pages < pgdat.totalreserve_pages ? pages : pgdat.totalreserve_pages;
    pages +=
        static_cast<unsigned long>(pgdat.vm_stat[NR_INACTIVE_FILE] + pgdat.vm_stat[NR_ACTIVE_FILE]);
    unsigned long const high = highmem_dirtyable_memory(pgdat);
    return pages - (high < pages ? high : pages) + 1;
}

// In two steps, as Linux rounds.
unsigned long percent_of_pages(unsigned long percent, unsigned long pages)
{
    unsigned long const ratio = percent * kPageSize / 100;
    return static_cast<unsigned long>(uint64_t{ratio} * pages / kPageSize);
}

void show_zone_counters(seq_file& m, pglist_data const& pgdat)
{
    for (unsigned i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++) {
        long sum = 0;
        for (zone const& z : pgdat.node_zones)
            sum += z.vm_stat[i];
        seq_printf(m, "%s %lu\n", zone_stat_name(static_cast<zone_stat_item>(i)),
                   static_cast<unsigned long>(sum));
    }
    for (unsigned i = 0; pgdat.layout->numa && i < NR_VM_NUMA_EVENT_ITEMS; i++) {
        long sum = 0;
        for (zone const& z : pgdat.node_zones)
            sum += z.vm_numa_event[i];
        seq_printf(m, "%s %lu\n", numa_stat_name(static_cast<numa_stat_item>(i)),
                   static_cast<unsigned long>(sum));
    }
}

void show_node_counters(seq_file& m, pglist_data const& pgdat)
{
    unsigned const count = pgdat.layout->numa ? NR_VM_NODE_STAT_ITEMS : PGPROMOTE_SUCCESS;
    for (unsigned i = 0; i < count; i++)
        seq_printf(m, "%s %lu\n", node_stat_name(static_cast<node_stat_item>(i)),
                   static_cast<unsigned long>(pgdat.vm_stat[i]));
}

void show_events(seq_file& m, pglist_data const& pgdat)
{
    for (unsigned i = 0; i < NR_VM_EVENT_ITEMS; i++) {
        char const* const name = vm_event_name(*pgdat.layout, i);
        char const* const suffix = vm_event_suffix(*pgdat.layout, i);
        if (name != nullptr)
            seq_printf(m, "%s%s %lu\n", name, suffix != nullptr ? suffix : "", pgdat.vm_event[i]);
    }
}

} // namespace

void show_vmstat(seq_file& m, pglist_data const& pgdat)
{
    show_zone_counters(m, pgdat);
    show_node_counters(m, pgdat);
    unsigned long const pages = global_dirtyable_memory(pgdat);
    seq_printf(m, "nr_dirty_threshold %lu\n", percent_of_pages(kDirtyPercent, pages));
    seq_printf(m, "nr_dirty_background_threshold %lu\n",
               percent_of_pages(kDirtyBackgroundPercent, pages));
    show_events(m, pgdat);
    seq_printf(m, "nr_unstable %lu\n", 0ul); // kept in the format only
}

} // namespace pagelab::mm
