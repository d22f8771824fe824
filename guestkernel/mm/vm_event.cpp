// The names of the event counters as /proc/vmstat spells them.
#include "guestkernel/mm/vm_event.hpp"

namespace pagelab::mm {

namespace {

enum class of { kAll, kZone, kNuma }; // kernels that have it: all, all per zone, NUMA kernels

struct event_name {
    char const* name; // null: another zone's, named by the first
    of whose = of::kAll;
};

constexpr event_name kNames[] = {{"pgpgin"},
                                 {"pgpgout"},
                                 {"pswpin"},
                                 {"pswpout"},
                                 {"pgalloc_", of::kZone},
                                 {},
                                 {},
                                 {},
                                 {},
                                 {"allocstall_", of::kZone},
                                 {},
                                 {},
                                 {},
                                 {},
                                 {"pgskip_", of::kZone},
                                 {},
                                 {},
                                 {},
                                 {},
                                 {"pgfree"},
                                 {"pgactivate"},
                                 {"pgdeactivate"},
                                 {"pglazyfree"},
                                 {"pgfault"},
                                 {"pgmajfault"},
                                 {"pglazyfreed"},
                                 {"pgrefill"},
                                 {"pgreuse"},
                                 {"pgsteal_kswapd"},
                                 {"pgsteal_direct"},
                                 {"pgdemote_kswapd"},
                                 {"pgdemote_direct"},
                                 {"pgscan_kswapd"},
                                 {"pgscan_direct"},
                                 {"pgscan_direct_throttle"},
                                 {"pgscan_anon"},
                                 {"pgscan_file"},
                                 {"pgsteal_anon"},
                                 {"pgsteal_file"},
                                 {"zone_reclaim_failed", of::kNuma},
                                 {"pginodesteal"},
                                 {"slabs_scanned"},
                                 {"kswapd_inodesteal"},
                                 {"kswapd_low_wmark_hit_quickly"},
                                 {"kswapd_high_wmark_hit_quickly"},
                                 {"pageoutrun"},
                                 {"pgrotated"},
                                 {"drop_pagecache"},
                                 {"drop_slab"},
                                 {"oom_kill"},
                                 {"numa_pte_updates", of::kNuma},
                                 {"numa_huge_pte_updates", of::kNuma},
                                 {"numa_hint_faults", of::kNuma},
                                 {"numa_hint_faults_local", of::kNuma},
                                 {"numa_pages_migrated", of::kNuma},
                                 {"pgmigrate_success"},
                                 {"pgmigrate_fail"},
                                 {"thp_migration_success"},
                                 {"thp_migration_fail"},
                                 {"thp_migration_split"},
                                 {"compact_migrate_scanned"},
                                 {"compact_free_scanned"},
                                 {"compact_isolated"},
                                 {"compact_stall"},
                                 {"compact_fail"},
                                 {"compact_success"},
                                 {"compact_daemon_wake"},
                                 {"compact_daemon_migrate_scanned"},
                                 {"compact_daemon_free_scanned"},
                                 {"htlb_buddy_alloc_success"},
                                 {"htlb_buddy_alloc_fail"},
                                 {"unevictable_pgs_culled"},
                                 {"unevictable_pgs_scanned"},
                                 {"unevictable_pgs_rescued"},
                                 {"unevictable_pgs_mlocked"},
                                 {"unevictable_pgs_munlocked"},
                                 {"unevictable_pgs_cleared"},
                                 {"unevictable_pgs_stranded"},
                                 {"thp_fault_alloc"},
                                 {"thp_fault_fallback"},
                                 {"thp_fault_fallback_charge"},
                                 {"thp_collapse_alloc"},
                                 {"thp_collapse_alloc_failed"},
                                 {"thp_file_alloc"},
                                 {"thp_file_fallback"},
                                 {"thp_file_fallback_charge"},
                                 {"thp_file_mapped"},
                                 {"thp_split_page"},
                                 {"thp_split_page_failed"},
                                 {"thp_deferred_split_page"},
                                 {"thp_split_pmd"},
                                 {"thp_scan_exceed_none_pte"},
                                 {"thp_scan_exceed_swap_pte"},
                                 {"thp_scan_exceed_share_pte"},
                                 {"thp_split_pud", of::kNuma},
                                 {"thp_zero_page_alloc"},
                                 {"thp_zero_page_alloc_failed"},
                                 {"thp_swpout"},
                                 {"thp_swpout_fallback"},
                                 {"balloon_inflate"},
                                 {"balloon_deflate"},
                                 {"balloon_migrate"},
                                 {"swap_ra"},
                                 {"swap_ra_hit"},
                                 {"ksm_swpin_copy"},
                                 {"cow_ksm"},
                                 {"zswpin"},
                                 {"zswpout"},
                                 {"direct_map_level2_splits"},
                                 {"direct_map_level3_splits"}};
static_assert(sizeof(kNames) / sizeof(event_name) == NR_VM_EVENT_ITEMS);

// The counter that names this one: itself, or its zone 0.
unsigned named_by(unsigned item)
{
    while (kNames[item].name == nullptr)
        item--;
    return item;
}

} // namespace

char const* vm_event_name(zone_layout const& layout, unsigned item)
{
    unsigned const first = named_by(item);
    event_name const& event = kNames[first];
    bool const has_zone = event.whose != of::kZone || item - first < layout.nr_zones;
    bool const has_kernel = event.whose != of::kNuma || layout.numa;
    return has_zone && has_kernel ? event.name : nullptr;
}

char const* vm_event_suffix(zone_layout const& layout, unsigned item)
{
    unsigned const first = named_by(item);
    return kNames[first].whose == of::kZone ? layout.event_suffixes[item - first] : nullptr;
}

} // namespace pagelab::mm
