// Which zones a kernel has: the one difference between the 32-bit and the 64-bit page allocator.
//
// A zone is known by its index in node_zones, lowest addresses first; the indices below say which
// one serves which request. Source: Linux 6.1 enum zone_type (include/linux/mmzone.h) for x86_64
// and for i686 with CONFIG_HIGHMEM, sysctl_lowmem_reserve_ratio (mm/page_alloc.c).
#pragma once

#include "guestkernel/mm/gfp.hpp"

namespace pagelab::mm {

enum : unsigned { MAX_NR_ZONES = 5 };

struct zone_layout {
    unsigned nr_zones;
    char const* names[MAX_NR_ZONES];
    char const* event_suffixes[MAX_NR_ZONES];    // of the counters each zone has: "pgalloc_dma"
    unsigned lowmem_reserve_ratio[MAX_NR_ZONES]; // 0: keeps nothing back
    unsigned dma;
    unsigned dma32; // == normal where there is no such zone
    unsigned normal;
    unsigned highmem; // == normal where there is no such zone
    unsigned movable;
    bool numa; // reports include the counters of a CONFIG_NUMA kernel
};

inline constexpr zone_layout kZoneLayout32 = {
    .nr_zones = 4,
    .names = {"DMA", "Normal", "HighMem", "Movable", nullptr},
    .event_suffixes = {"dma", "normal", "high", "movable", nullptr},
    .lowmem_reserve_ratio = {256, 32, 0, 0, 0},
    .dma = 0,
    .dma32 = 1,
    .normal = 1,
    .highmem = 2,
    .movable = 3,
    .numa = false,
};

inline constexpr zone_layout kZoneLayout64 = {
    .nr_zones = 5,
    .names = {"DMA", "DMA32", "Normal", "Movable", "Device"},
    .event_suffixes = {"dma", "dma32", "normal", "movable", "device"},
    .lowmem_reserve_ratio = {256, 256, 32, 0, 0},
    .dma = 0,
    .dma32 = 1,
    .normal = 2,
    .highmem = 2,
    .movable = 3,
    .numa = true,
};

// The highest zone a request may use; contradictory zone flags give the lowest one named.
constexpr unsigned gfp_zone(zone_layout const& layout, gfp_t gfp)
{
    if (gfp & __GFP_DMA)
        return layout.dma;
    if (gfp & __GFP_DMA32)
        return layout.dma32;
    if (gfp & __GFP_HIGHMEM)
        return gfp & __GFP_MOVABLE ? layout.movable : layout.highmem;
    return layout.normal;
}

static_assert(gfp_zone(kZoneLayout64, GFP_KERNEL) == 2 && gfp_zone(kZoneLayout32, GFP_KERNEL) == 1);
static_assert(gfp_zone(kZoneLayout64, GFP_HIGHUSER) == 2);
static_assert(gfp_zone(kZoneLayout32, GFP_HIGHUSER) == 2);
static_assert(gfp_zone(kZoneLayout32, GFP_HIGHUSER_MOVABLE) == 3);
static_assert(gfp_zone(kZoneLayout32, GFP_DMA32) == 1 && gfp_zone(kZoneLayout64, GFP_DMA) == 0);

} // namespace pagelab::mm
