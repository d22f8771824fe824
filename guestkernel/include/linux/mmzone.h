// The node and its zones, as the page allocator keeps them.
//
// The order of fields is that of guestkernel/mm/zone.hpp; arrays over zones have 5 elements on both
// widths. All counts are in pages. Source: Linux 6.1 include/linux/mmzone.h.
#pragma once

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/mm_types.h>
#include <linux/numa.h>
#include <linux/page-flags-layout.h>
#include <linux/page-flags.h>
#include <linux/spinlock_types.h>
#include <linux/vmstat_item.h>

#define MAX_ORDER 11
#define MAX_ORDER_NR_PAGES (1 << (MAX_ORDER - 1))
#define PAGE_ALLOC_COSTLY_ORDER 3
#define pageblock_order 9
#define pageblock_nr_pages (1UL << pageblock_order)

enum migratetype {
    MIGRATE_UNMOVABLE,
    MIGRATE_MOVABLE,
    MIGRATE_RECLAIMABLE,
    MIGRATE_PCPTYPES,
    MIGRATE_HIGHATOMIC = MIGRATE_PCPTYPES,
    MIGRATE_ISOLATE,
    MIGRATE_TYPES,
};

enum zone_type {
    ZONE_DMA,
#ifdef __x86_64__
    ZONE_DMA32,
#endif
    ZONE_NORMAL,
#ifndef __x86_64__
    ZONE_HIGHMEM,
#endif
    ZONE_MOVABLE,
#ifdef __x86_64__
    ZONE_DEVICE,
#endif
    __MAX_NR_ZONES,
};
#define MAX_NR_ZONES __MAX_NR_ZONES
#define __ZONE_SLOTS 5
#ifdef __x86_64__
#define __ZONE_ALLOCATOR_WORDS 28
#else
#define __ZONE_ALLOCATOR_WORDS 30
#endif

enum zone_watermarks { WMARK_MIN, WMARK_LOW, WMARK_HIGH, WMARK_PROMO, NR_WMARK };

#define wmark_pages(zone, i) ((zone)->_watermark[i] + (zone)->watermark_boost)
#define min_wmark_pages(zone) wmark_pages(zone, WMARK_MIN)
#define low_wmark_pages(zone) wmark_pages(zone, WMARK_LOW)
#define high_wmark_pages(zone) wmark_pages(zone, WMARK_HIGH)

#define for_each_migratetype_order(order, type)                                                    \
    for ((order) = 0; (order) < MAX_ORDER; (order)++)                                              \
        for ((type) = 0; (type) < MIGRATE_TYPES; (type)++)

struct free_area {
    struct list_head free_list[MIGRATE_TYPES];
    unsigned long nr_free; // blocks on all lists
};

struct per_cpu_pages;
struct per_cpu_zonestat;
struct pglist_data;

struct zone {
    unsigned long _watermark[NR_WMARK];
    unsigned long watermark_boost;
    unsigned long nr_reserved_highatomic;
    long lowmem_reserve[__ZONE_SLOTS];
    struct pglist_data* zone_pgdat;
    struct per_cpu_pages* per_cpu_pageset;
    struct per_cpu_zonestat* per_cpu_zonestats;
    int pageset_high;
    int pageset_batch;
    unsigned long* pageblock_flags;
    unsigned long zone_start_pfn;
    atomic_long_t managed_pages;
    unsigned long spanned_pages;
    unsigned long present_pages;
    char const* name;
    int initialized;
    struct free_area free_area[MAX_ORDER];
    unsigned long flags;
    spinlock_t lock;
    atomic_long_t vm_stat[NR_VM_ZONE_STAT_ITEMS];
    atomic_long_t vm_numa_event[NR_VM_NUMA_EVENT_ITEMS];
    unsigned long __of_the_allocator[__ZONE_ALLOCATOR_WORDS];
};

struct zoneref {
    struct zone* zone; // null ends the list
    int zone_idx;
};

struct zonelist {
    struct zoneref _zonerefs[__ZONE_SLOTS + 1];
};

typedef struct pglist_data {
    struct zone node_zones[__ZONE_SLOTS];
    struct zonelist node_zonelists[1];
    int nr_zones;
    struct page* node_mem_map; // of page frame 0
    unsigned long node_start_pfn;
    unsigned long node_present_pages;
    unsigned long node_spanned_pages;
    int node_id;
    unsigned long totalreserve_pages;
} pg_data_t;

__BEGIN_DECLS
extern struct pglist_data* const node_data[];
__END_DECLS

#define NODE_DATA(node) (node_data[node])
#define first_online_pgdat() NODE_DATA(0)
#define for_each_online_pgdat(pgdat) for (pgdat = NODE_DATA(0); pgdat; pgdat = NULL)

#define zone_idx(zone) ((int)((zone) - (zone)->zone_pgdat->node_zones))

static inline unsigned long zone_managed_pages(struct zone* zone)
{
    return (unsigned long)atomic_long_read(&zone->managed_pages);
}

static inline unsigned long zone_end_pfn(struct zone const* zone)
{
    return zone->zone_start_pfn + zone->spanned_pages;
}

static inline bool zone_spans_pfn(struct zone const* zone, unsigned long pfn)
{
    return zone->zone_start_pfn <= pfn && pfn < zone_end_pfn(zone);
}

static inline bool zone_is_empty(struct zone* zone)
{
    return zone->spanned_pages == 0;
}

static inline bool managed_zone(struct zone* zone)
{
    return zone_managed_pages(zone) != 0;
}

static inline bool populated_zone(struct zone* zone)
{
    return zone->present_pages != 0;
}

static inline int is_highmem(struct zone* zone)
{
#ifdef __x86_64__
    (void)zone;
    return 0;
#else
    return zone_idx(zone) == ZONE_HIGHMEM;
#endif
}

// The zone behind this one, of the only node; null: there is none.
static inline struct zone* next_zone(struct zone* zone)
{
    return zone_idx(zone) < MAX_NR_ZONES - 1 ? zone + 1 : NULL;
}

#define for_each_zone(zone)                                                                        \
    for (zone = first_online_pgdat()->node_zones; zone; zone = next_zone(zone))
#define for_each_populated_zone(zone)                                                              \
    for_each_zone(zone) if (!populated_zone(zone)) {}                                              \
    else

static inline unsigned long zone_page_state(struct zone* zone, enum zone_stat_item item)
{
    long pages = atomic_long_read(&zone->vm_stat[item]);
    return pages < 0 ? 0 : (unsigned long)pages;
}
