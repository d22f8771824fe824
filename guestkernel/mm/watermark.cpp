// Arithmetic of watermarks, reserves and per-CPU list sizes.
#include "guestkernel/mm/watermark.hpp"

#include "guestkernel/lib/bitops.hpp"

namespace pagelab::mm {

namespace {

constexpr unsigned long kScaleFactor = 10;  // watermark_scale_factor, in 1/10000 of the zone
constexpr unsigned long kClusterPages = 32; // SWAP_CLUSTER_MAX
constexpr unsigned long kMinFreeLeast = 128;
constexpr unsigned long kMinFreeMost = 262144;
constexpr unsigned kMostThreshold = 125;

unsigned long clamp(unsigned long value, unsigned long least, unsigned long most)
{
    return value < least ? least : value > most ? most : value;
}

unsigned long scale(unsigned long value, unsigned long factor, unsigned long divisor)
{
    return static_cast<unsigned long>(uint64_t{value} * factor / divisor);
}

// Pages a kernel request can be served from above the high watermark.
unsigned long nr_free_buffer_pages(pglist_data const& pgdat)
{
    unsigned long sum = 0;
    for (unsigned i = 0; i <= pgdat.layout->normal; i++) {
        zone const& z = pgdat.node_zones[i];
        if (z.managed_pages > z._watermark[WMARK_HIGH])
            sum += z.managed_pages - z._watermark[WMARK_HIGH];
    }
    return sum;
}

// The steps above min are a quarter of the zone's share of min_free_kbytes, or its scale factor.
void set_watermarks(zone& z, unsigned long min, unsigned long share)
{
    unsigned long const scaled = scale(z.managed_pages, kScaleFactor, 10000);
    unsigned long const step = share / 4 > scaled ? share / 4 : scaled;
    z.watermark_boost = 0;
    z._watermark[WMARK_MIN] = min;
    z._watermark[WMARK_LOW] = min + step;
    z._watermark[WMARK_HIGH] = min + 2 * step;
    z._watermark[WMARK_PROMO] = min + 3 * step;
}

void setup_lowmem_reserve(pglist_data& pgdat)
{
    for (unsigned i = 0; i + 1 < pgdat.layout->nr_zones; i++) {
        zone& z = pgdat.node_zones[i];
        unsigned const ratio = pgdat.layout->lowmem_reserve_ratio[i];
        bool const keeps = ratio != 0 && z.managed_pages != 0;
        unsigned long above = 0;
        for (unsigned j = i + 1; j < pgdat.layout->nr_zones; j++) {
            above += pgdat.node_zones[j].managed_pages;
            z.lowmem_reserve[j] = keeps ? static_cast<long>(above / ratio) : 0;
        }
    }
}

void calculate_totalreserve_pages(pglist_data& pgdat)
{
    pgdat.totalreserve_pages = 0;
    for (unsigned i = 0; i < pgdat.layout->nr_zones; i++) {
        zone const& z = pgdat.node_zones[i];
        long most = 0;
        for (unsigned j = i; j < pgdat.layout->nr_zones; j++)
            most = z.lowmem_reserve[j] > most ? z.lowmem_reserve[j] : most;
        unsigned long const kept = static_cast<unsigned long>(most) + z._watermark[WMARK_HIGH];
        pgdat.totalreserve_pages += kept < z.managed_pages ? kept : z.managed_pages;
    }
}

// About a thousandth of the zone at a time, at most 1 MiB, as 2^n - 1.
int zone_batchsize(zone const& z)
{
    unsigned long const quarter = clamp(z.managed_pages >> 10, 0, 256) / 4;
    unsigned long const batch = quarter < 1 ? 1 : quarter;
    auto const size = static_cast<int>(lib::rounddown_pow_of_two(batch + batch / 2)) - 1;
    return size < 1 ? 1 : size;
}

} // namespace

void zone_set_pageset_high_and_batch(zone& z)
{
    unsigned const nr_cpus = z.zone_pgdat->nr_online_cpus;
    int const batch = zone_batchsize(z);
    auto const share = static_cast<int>(z._watermark[WMARK_LOW] / nr_cpus);
    z.pageset_batch = batch;
    z.pageset_high = share > 4 * batch ? share : 4 * batch;
    unsigned const threshold =
        2 * lib::fls64(nr_cpus) * (1 + lib::fls64(z.managed_pages >> (27 - kPageShift)));
    if (z.per_cpu_pageset == &z.boot_pageset)
        return;
    for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
        z.per_cpu_pageset[cpu].high = z.pageset_high;
        z.per_cpu_pageset[cpu].batch = z.pageset_batch;
        z.per_cpu_zonestats[cpu].stat_threshold =
            static_cast<signed char>(clamp(threshold, 0, kMostThreshold));
    }
}

void setup_per_zone_wmarks(pglist_data& pgdat, unsigned long min_free_kbytes)
{
    pgdat.min_free_kbytes = min_free_kbytes;
    unsigned long const pages_min = min_free_kbytes >> (kPageShift - 10);
    unsigned long lowmem_pages = 0;
    for (unsigned i = 0; i < pgdat.layout->nr_zones; i++) {
        if (!is_highmem_idx(pgdat, i))
            lowmem_pages += pgdat.node_zones[i].managed_pages;
    }
    for (unsigned i = 0; i < pgdat.layout->nr_zones; i++) {
        zone& z = pgdat.node_zones[i];
        unsigned long const share =
            lowmem_pages == 0 ? 0 : scale(pages_min, z.managed_pages, lowmem_pages);
        unsigned long const min =
            is_highmem_idx(pgdat, i) ? clamp(z.managed_pages / 1024, kClusterPages, 128) : share;
        set_watermarks(z, min, share);
    }
    setup_lowmem_reserve(pgdat);
    calculate_totalreserve_pages(pgdat);
    for (unsigned i = 0; i < pgdat.layout->nr_zones; i++) {
        if (populated_zone(pgdat.node_zones[i]))
            zone_set_pageset_high_and_batch(pgdat.node_zones[i]);
    }
}

void init_per_zone_wmark_min(pglist_data& pgdat)
{
    uint64_t const lowmem_kbytes = uint64_t{nr_free_buffer_pages(pgdat)} << (kPageShift - 10);
    setup_per_zone_wmarks(pgdat,
                          clamp(lib::int_sqrt(lowmem_kbytes * 16), kMinFreeLeast, kMinFreeMost));
}

bool zone_has_block(zone const& z, unsigned order)
{
    for (unsigned o = MAX_ORDER; o-- > order;) { // large ones first: they are there if any is
        if (z.free_area[o].nr_free == 0)
            continue;
        for (unsigned type = 0; type < MIGRATE_PCPTYPES; type++) {
            if (!lib::list_empty(z.free_area[o].free_list[type]))
                return true;
        }
    }
    return false;
}

bool zone_watermark_ok(zone const& z, unsigned order, unsigned long mark, unsigned highest_zoneidx,
                       unsigned alloc_flags)
{
    bool const harder = (alloc_flags & ALLOC_HARDER) != 0;
    auto min = static_cast<long>(mark);
    if (alloc_flags & ALLOC_HIGH)
        min -= min / 2;
    if (harder)
        min -= min / 4;
    long free = zone_page_state(z, NR_FREE_PAGES) - ((1l << order) - 1);
    if (!harder)
        free -= static_cast<long>(z.nr_reserved_highatomic);
    if (free <= min + z.lowmem_reserve[highest_zoneidx])
        return false;
    if (order == 0 || zone_has_block(z, order))
        return true;
    for (unsigned o = order; harder && o < MAX_ORDER; o++) {
        if (!lib::list_empty(z.free_area[o].free_list[MIGRATE_HIGHATOMIC]))
            return true;
    }
    return false;
}

} // namespace pagelab::mm
