// The node and its zones: everything the page allocator knows, in one struct pglist_data.
//
// There is one node. It and the arrays it points to belong to whoever called free_area_init and
// live as long as the kernel. All sizes and places are in pages and page frame numbers.
//
//   spanned   from the zone's first page to its last, holes included
//   present   of these, what is memory
//   managed   of these, what was given to the buddy lists at boot
//
// Names are those of Linux 6.1 include/linux/mmzone.h so that its tools and books apply; they are
// found by these names in the image's type information. Fields below a line "pagelab's own" are
// globals in Linux.
#pragma once

#include "guestkernel/abi/address.hpp"
#include "guestkernel/lib/atomic.hpp"
#include "guestkernel/lib/spinlock.hpp"
#include "guestkernel/mm/environment.hpp"
#include "guestkernel/mm/memblock.hpp"
#include "guestkernel/mm/page.hpp"
#include "guestkernel/mm/vm_event.hpp"
#include "guestkernel/mm/vmstat.hpp"
#include "guestkernel/mm/zone_layout.hpp"

namespace pagelab::mm {

enum : unsigned {
    MAX_ORDER = 11, // orders 0..10: blocks of 4 KiB to 4 MiB
    pageblock_order = 9,
};
enum : unsigned long {
    MAX_ORDER_NR_PAGES = 1ul << (MAX_ORDER - 1),
    pageblock_nr_pages = 1ul << pageblock_order,
};

enum migratetype : unsigned {
    MIGRATE_UNMOVABLE,
    MIGRATE_MOVABLE,
    MIGRATE_RECLAIMABLE,
    MIGRATE_PCPTYPES,
    MIGRATE_HIGHATOMIC = MIGRATE_PCPTYPES,
    MIGRATE_ISOLATE,
    MIGRATE_TYPES,
};

enum zone_flags : unsigned { // bits of zone.flags
    ZONE_BOOSTED_WATERMARK,
    ZONE_RECLAIM_ACTIVE, // kswapd is at work
};

enum zone_watermarks : unsigned { WMARK_MIN, WMARK_LOW, WMARK_HIGH, WMARK_PROMO, NR_WMARK };

struct free_area {
    list_head free_list[MIGRATE_TYPES];
    unsigned long nr_free; // blocks on all lists
};

enum : unsigned {
    PAGE_ALLOC_COSTLY_ORDER = 3, // larger blocks are not kept by CPUs, nor worth much effort
    NR_PCP_LISTS = MIGRATE_PCPTYPES * (PAGE_ALLOC_COSTLY_ORDER + 1),
};

// Free blocks one CPU keeps for itself (pcp.hpp); to the zone they are not free.
struct per_cpu_pages {
    lib::spinlock_t lock; // another CPU takes it only to drain the lists
    int count;            // pages on all lists
    int high;             // 0: none is kept
    int batch;
    short free_factor; // frees since the last allocation: each doubles what goes back at once
    list_head lists[NR_PCP_LISTS];
};

struct per_cpu_zonestat {
    signed char stat_threshold;
};

enum lru_list : unsigned {
    LRU_INACTIVE_ANON,
    LRU_ACTIVE_ANON,
    LRU_INACTIVE_FILE,
    LRU_ACTIVE_FILE,
    LRU_UNEVICTABLE,
    NR_LRU_LISTS,
};

struct lruvec {
    lib::spinlock_t lru_lock;
    list_head lists[NR_LRU_LISTS];
};

// Lets a report be written once in ten seconds, and counts those it keeps back.
struct ratelimit_state {
    uint64_t begin; // nanoseconds since boot; 0: never written
    unsigned missed;
};

struct pglist_data;

struct zone {
    unsigned long _watermark[NR_WMARK];
    unsigned long watermark_boost; // stays 0: boosting asks kswapd for reclaim
    unsigned long nr_reserved_highatomic;
    long lowmem_reserve[MAX_NR_ZONES]; // kept back from requests that could use zone i
    pglist_data* zone_pgdat;
    per_cpu_pages* per_cpu_pageset;      // nr_online_cpus of them
    per_cpu_zonestat* per_cpu_zonestats; // nr_online_cpus of them
    int pageset_high;
    int pageset_batch;
    unsigned long* pageblock_flags; // see pageblock.hpp
    unsigned long zone_start_pfn;
    unsigned long managed_pages;
    unsigned long spanned_pages;
    unsigned long present_pages;
    char const* name;
    int initialized;
    struct free_area free_area[MAX_ORDER];
    unsigned long flags;
    lib::spinlock_t lock; // of the free lists and the pageblocks' types
    long vm_stat[NR_VM_ZONE_STAT_ITEMS];
    long vm_numa_event[NR_VM_NUMA_EVENT_ITEMS];
    // pagelab's own
    per_cpu_pages boot_pageset;
    per_cpu_zonestat boot_zonestats;
};

struct zoneref {
    struct zone* zone; // null ends the list
    unsigned zone_idx;
};

struct zonelist {
    zoneref _zonerefs[MAX_NR_ZONES + 1]; // managed zones, highest first
};

// What the zone bits of a gfp ask for, worked out at boot (build_zonelist).
struct zone_request {
    struct zone* preferred;   // the highest zone allowed that has memory; null: there is none
    unsigned highest_zoneidx; // gfp_zone's answer
    unsigned alloc_flags;     // ALLOC_NOFRAGMENT or 0
};

// A page that was not as a free one must be: it is set aside for ever, and reported.
struct bad_page {
    unsigned long count; // so far
    Pfn pfn;             // the last one
    char const* why;
};

struct page_owners;

struct pglist_data {
    struct zone node_zones[MAX_NR_ZONES];
    zonelist node_zonelists[1];
    int nr_zones;       // index of the highest populated zone, plus one
    page* node_mem_map; // the page of pfn 0
    unsigned long node_start_pfn;
    unsigned long node_present_pages;
    unsigned long node_spanned_pages;
    int node_id;
    unsigned long totalreserve_pages;
    lruvec __lruvec;
    unsigned kswapd_order;           // of the request that woke kswapd
    unsigned kswapd_highest_zoneidx; // MAX_NR_ZONES: kswapd sleeps
    int kswapd_failures;             // runs in a row that freed nothing
    long vm_stat[NR_VM_NODE_STAT_ITEMS];
    unsigned long vm_event[NR_VM_EVENT_ITEMS];
    // pagelab's own
    environment const* env;
    zone_layout const* layout;
    zone_request zone_requests[GFP_ZONEMASK + 1];
    memblock const* memory; // tells which pages exist; null: those of the zones' spans
    unsigned movable_zone;  // the zone __GFP_MOVABLE user pages really come from
    unsigned nr_online_cpus;
    unsigned long min_free_kbytes;
    struct bad_page bad_page;
    struct page_owners* page_owners; // null: off (page_owner.hpp)
    lib::spinlock_t shrinker_lock;
    list_head shrinker_list;
    ratelimit_state nopage_rs;
    ratelimit_state oom_rs;
};
using pg_data_t = pglist_data;

inline page* pfn_to_page(pglist_data const& pgdat, Pfn pfn)
{
    return pgdat.node_mem_map + static_cast<unsigned long>(pfn.value);
}

inline Pfn page_to_pfn(pglist_data const& pgdat, page const& p)
{
    return Pfn(static_cast<uint64_t>(&p - pgdat.node_mem_map));
}

inline zone& page_zone(pglist_data& pgdat, page const& p)
{
    return pgdat.node_zones[page_zonenum(p)];
}

inline unsigned zone_idx(zone const& z)
{
    return static_cast<unsigned>(&z - z.zone_pgdat->node_zones);
}

// Counters are shared by all CPUs and exact, where Linux' CPUs keep differences of their own.
inline void count_vm_events(pglist_data& pgdat, unsigned event, unsigned long by)
{
    lib::atomic_add(pgdat.vm_event[event], by);
}
inline void mod_node_page_state(pglist_data& pgdat, unsigned item, long by)
{
    lib::atomic_add(pgdat.vm_stat[item], by);
}
inline void mod_zone_page_state(zone& z, unsigned item, long by)
{
    lib::atomic_add(z.vm_stat[item], by);
}
inline void count_numa_events(zone& z, unsigned item, long by)
{
    lib::atomic_add(z.vm_numa_event[item], by);
}
inline long zone_page_state(zone const& z, unsigned item)
{
    return lib::read_once(z.vm_stat[item]);
}
inline long node_page_state(pglist_data const& pgdat, unsigned item)
{
    return lib::read_once(pgdat.vm_stat[item]);
}

inline bool populated_zone(zone const& z)
{
    return z.present_pages != 0;
}

inline unsigned long zone_end_pfn(zone const& z)
{
    return z.zone_start_pfn + z.spanned_pages;
}

inline bool zone_spans_pfn(zone const& z, unsigned long pfn)
{
    return pfn >= z.zone_start_pfn && pfn < zone_end_pfn(z);
}

// HighMem, and Movable where it is made of HighMem: memory without a permanent mapping.
inline bool is_highmem_idx(pglist_data const& pgdat, unsigned idx)
{
    zone_layout const& layout = *pgdat.layout;
    bool const has_highmem = layout.highmem != layout.normal;
    return has_highmem && (idx == layout.highmem ||
                           (idx == layout.movable && pgdat.movable_zone == layout.highmem));
}

} // namespace pagelab::mm
