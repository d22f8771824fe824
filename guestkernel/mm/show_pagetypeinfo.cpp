// /proc/pagetypeinfo: the free lists and the pageblocks, by migrate type.
#include "guestkernel/mm/pageblock.hpp"
#include "guestkernel/mm/show.hpp"

namespace pagelab::mm {

namespace {

using lib::seq_printf;
using lib::seq_putc;

constexpr unsigned long kMostCounted = 100000; // per list: Linux stops there, and says ">"

unsigned long list_length(list_head const& head)
{
    unsigned long length = 0;
    for (list_head const* link = head.next; link != &head && length <= kMostCounted;
         link = link->next)
        length++;
    return length;
}

void show_free_counts(seq_file& m, pglist_data const& pgdat, pagetype_counts const* counts)
{
    seq_printf(m, "%-43s ", "Free pages count per migrate type at order");
    for (unsigned order = 0; order < MAX_ORDER; order++)
        seq_printf(m, "%6u ", order);
    seq_putc(m, '\n');
    for (unsigned i = 0; i < pgdat.layout->nr_zones; i++) {
        if (!populated_zone(pgdat.node_zones[i]))
            continue;
        for (unsigned type = 0; type < MIGRATE_TYPES; type++) {
            seq_printf(m, "Node %4d, zone %8s, type %12s ", pgdat.node_id, pgdat.node_zones[i].name,
                       migratetype_name(static_cast<migratetype>(type)));
            for (unsigned long blocks : counts[i].free[type])
                seq_printf(m, "%s%6lu ", blocks > kMostCounted ? ">" : "",
                           blocks > kMostCounted ? kMostCounted : blocks);
            seq_putc(m, '\n');
        }
    }
}

void show_block_counts(seq_file& m, pglist_data const& pgdat, pagetype_counts const* counts)
{
    seq_printf(m, "\n%-23s", "Number of blocks type ");
    for (unsigned type = 0; type < MIGRATE_TYPES; type++)
        seq_printf(m, "%12s ", migratetype_name(static_cast<migratetype>(type)));
    seq_putc(m, '\n');
    for (unsigned i = 0; i < pgdat.layout->nr_zones; i++) {
        if (!populated_zone(pgdat.node_zones[i]))
            continue;
        seq_printf(m, "Node %d, zone %8s ", pgdat.node_id, pgdat.node_zones[i].name);
        for (unsigned long blocks : counts[i].blocks)
            seq_printf(m, "%12lu ", blocks);
        seq_putc(m, '\n');
    }
}

} // namespace

char const* migratetype_name(migratetype type)
{
    static constexpr char const* kNames[] = {"Unmovable", "Movable", "Reclaimable", "HighAtomic",
                                             "Isolate"};
    static_assert(sizeof(kNames) / sizeof(kNames[0]) == MIGRATE_TYPES);
    return kNames[type];
}

pagetype_counts count_pagetypes(pglist_data& pgdat, unsigned zone_idx)
{
    pagetype_counts counts = {};
    zone& z = pgdat.node_zones[zone_idx];
    unsigned long flags;
    lib::spin_lock_irqsave(z.lock, flags);
    for (unsigned type = 0; type < MIGRATE_TYPES; type++) {
        for (unsigned order = 0; order < MAX_ORDER; order++)
            counts.free[type][order] = list_length(z.free_area[order].free_list[type]);
    }
    for (unsigned long pfn = z.zone_start_pfn; pfn < zone_end_pfn(z); pfn += pageblock_nr_pages) {
        Pfn const first(pfn & ~(pageblock_nr_pages - 1));
        if (memblock_pages_in_range(*pgdat.memory, first, first + pageblock_nr_pages) > 0)
            counts.blocks[get_pageblock_migratetype(z, pfn)]++;
    }
    lib::spin_unlock_irqrestore(z.lock, flags);
    return counts;
}

void show_pagetypeinfo(seq_file& m, pglist_data const& pgdat, pagetype_counts const* counts)
{
    seq_printf(m, "Page block order: %u\n", unsigned{pageblock_order});
    seq_printf(m, "Pages per block:  %lu\n\n", static_cast<unsigned long>(pageblock_nr_pages));
    show_free_counts(m, pgdat, counts);
    show_block_counts(m, pgdat, counts);
}

} // namespace pagelab::mm
