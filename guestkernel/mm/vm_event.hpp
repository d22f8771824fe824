// What happened so far, counted: the second half of /proc/vmstat.
//
// Counts, not amounts, and they only grow; names and order are those of Linux 6.1 enum
// vm_event_item (include/linux/vm_event_item.h). Those at which "one per zone" stands are followed
// by the zones of the layout: PGALLOC + zone_idx. Most stay 0 here: there are no processes, no
// disks, no huge pages.
#pragma once

#include "guestkernel/mm/zone_layout.hpp"

namespace pagelab::mm {

enum vm_event_item : unsigned {
    PGPGIN,
    PGPGOUT,
    PSWPIN,
    PSWPOUT,
    PGALLOC, // one per zone, from the lowest
    PGALLOC_LAST = PGALLOC + MAX_NR_ZONES - 1,
    ALLOCSTALL, // one per zone, from the lowest
    ALLOCSTALL_LAST = ALLOCSTALL + MAX_NR_ZONES - 1,
    PGSCAN_SKIP, // one per zone, from the lowest
    PGSCAN_SKIP_LAST = PGSCAN_SKIP + MAX_NR_ZONES - 1,
    PGFREE,
    PGACTIVATE,
    PGDEACTIVATE,
    PGLAZYFREE,
    PGFAULT,
    PGMAJFAULT,
    PGLAZYFREED,
    PGREFILL,
    PGREUSE,
    PGSTEAL_KSWAPD,
    PGSTEAL_DIRECT,
    PGDEMOTE_KSWAPD,
    PGDEMOTE_DIRECT,
    PGSCAN_KSWAPD,
    PGSCAN_DIRECT,
    PGSCAN_DIRECT_THROTTLE,
    PGSCAN_ANON,
    PGSCAN_FILE,
    PGSTEAL_ANON,
    PGSTEAL_FILE,
    ZONE_RECLAIM_FAILED,
    PGINODESTEAL,
    SLABS_SCANNED,
    KSWAPD_INODESTEAL,
    KSWAPD_LOW_WMARK_HIT_QUICKLY,
    KSWAPD_HIGH_WMARK_HIT_QUICKLY,
    PAGEOUTRUN,
    PGROTATED,
    DROP_PAGECACHE,
    DROP_SLAB,
    OOM_KILL,
    NUMA_PTE_UPDATES,
    NUMA_HUGE_PTE_UPDATES,
    NUMA_HINT_FAULTS,
    NUMA_HINT_FAULTS_LOCAL,
    NUMA_PAGES_MIGRATED,
    PGMIGRATE_SUCCESS,
    PGMIGRATE_FAIL,
    THP_MIGRATION_SUCCESS,
    THP_MIGRATION_FAIL,
    THP_MIGRATION_SPLIT,
    COMPACT_MIGRATE_SCANNED,
    COMPACT_FREE_SCANNED,
    COMPACT_ISOLATED,
    COMPACT_STALL,
    COMPACT_FAIL,
    COMPACT_SUCCESS,
    COMPACT_DAEMON_WAKE,
    COMPACT_DAEMON_MIGRATE_SCANNED,
    COMPACT_DAEMON_FREE_SCANNED,
    HTLB_BUDDY_ALLOC_SUCCESS,
    HTLB_BUDDY_ALLOC_FAIL,
    UNEVICTABLE_PGS_CULLED,
    UNEVICTABLE_PGS_SCANNED,
    UNEVICTABLE_PGS_RESCUED,
    UNEVICTABLE_PGS_MLOCKED,
    UNEVICTABLE_PGS_MUNLOCKED,
    UNEVICTABLE_PGS_CLEARED,
    UNEVICTABLE_PGS_STRANDED,
    THP_FAULT_ALLOC,
    THP_FAULT_FALLBACK,
    THP_FAULT_FALLBACK_CHARGE,
    THP_COLLAPSE_ALLOC,
    THP_COLLAPSE_ALLOC_FAILED,
    THP_FILE_ALLOC,
    THP_FILE_FALLBACK,
    THP_FILE_FALLBACK_CHARGE,
    THP_FILE_MAPPED,
    THP_SPLIT_PAGE,
    THP_SPLIT_PAGE_FAILED,
    THP_DEFERRED_SPLIT_PAGE,
    THP_SPLIT_PMD,
    THP_SCAN_EXCEED_NONE_PTE,
    THP_SCAN_EXCEED_SWAP_PTE,
    THP_SCAN_EXCEED_SHARE_PTE,
    THP_SPLIT_PUD,
    THP_ZERO_PAGE_ALLOC,
    THP_ZERO_PAGE_ALLOC_FAILED,
    THP_SWPOUT,
    THP_SWPOUT_FALLBACK,
    BALLOON_INFLATE,
    BALLOON_DEFLATE,
    BALLOON_MIGRATE,
    SWAP_RA,
    SWAP_RA_HIT,
    KSM_SWPIN_COPY,
    COW_KSM,
    ZSWPIN,
    ZSWPOUT,
    DIRECT_MAP_LEVEL2_SPLITS,
    DIRECT_MAP_LEVEL3_SPLITS,
    NR_VM_EVENT_ITEMS,
};

// The name in /proc/vmstat, without the zone's suffix; null if this layout's kernel has no such
// counter.
char const* vm_event_name(zone_layout const& layout, unsigned item);

// Of a counter that each zone has: which zone's it is; null for the others.
char const* vm_event_suffix(zone_layout const& layout, unsigned item);

} // namespace pagelab::mm
