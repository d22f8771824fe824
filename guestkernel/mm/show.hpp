// The memory reports of /proc, byte for byte as Linux 6.1 prints them: data in, text out.
//
// None of them changes or allocates anything. Formats: Linux 6.1 mm/vmstat.c (buddyinfo, zoneinfo,
// pagetypeinfo, vmstat), fs/proc/meminfo.c, kernel/resource.c (iomem).
#pragma once

#include "guestkernel/lib/seq_file.hpp"
#include "guestkernel/mm/meminfo.hpp"
#include "guestkernel/mm/resource.hpp"
#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

using lib::seq_file;

void show_buddyinfo(seq_file& m, pglist_data const& pgdat);
void show_zoneinfo(seq_file& m, pglist_data const& pgdat);
void show_meminfo(seq_file& m, meminfo const& info);
void show_vmstat(seq_file& m, pglist_data const& pgdat);

// What pagetypeinfo says of one zone.
struct pagetype_counts {
    unsigned long free[MIGRATE_TYPES][MAX_ORDER]; // blocks on the lists
    unsigned long blocks[MIGRATE_TYPES];          // pageblocks that hold memory
};
pagetype_counts count_pagetypes(pglist_data& pgdat, unsigned zone_idx);

// `counts` has one element per zone of the layout; unpopulated zones are not printed.
void show_pagetypeinfo(seq_file& m, pglist_data const& pgdat, pagetype_counts const* counts);

// Everything below `root`; addresses have 8 digits or as many as they need.
void show_iomem(seq_file& m, resource const& root);

} // namespace pagelab::mm
