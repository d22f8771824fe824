// The boot of the page allocator, in the order it happens.
#include "guestkernel/mm/mm_init.hpp"

#include "guestkernel/lib/align.hpp"
#include "guestkernel/lib/bitops.hpp"
#include "guestkernel/lib/minmax.hpp"
#include "guestkernel/mm/buddy.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/pageblock.hpp"
#include "guestkernel/mm/pcp.hpp"
#include "guestkernel/mm/watermark.hpp"

namespace pagelab::mm {

namespace {

void init_zone(pglist_data& pgdat, unsigned idx, unsigned long low, unsigned long high)
{
    zone& z = pgdat.node_zones[idx];
    unsigned long const node_end = pgdat.node_start_pfn + pgdat.node_spanned_pages;
    unsigned long const start = lib::max(low, pgdat.node_start_pfn);
    unsigned long const end = lib::min(high, node_end);
    z.name = pgdat.layout->names[idx];
    z.zone_pgdat = &pgdat;
    z.per_cpu_pageset = &z.boot_pageset;
    z.per_cpu_zonestats = &z.boot_zonestats;
    per_cpu_pages_init(z.boot_pageset);
    for (free_area& area : z.free_area) {
        for (list_head& list : area.free_list)
            lib::init_list_head(list);
    }
    if (start >= end)
        return;
    z.present_pages =
        static_cast<unsigned long>(memblock_pages_in_range(*pgdat.memory, Pfn(start), Pfn(end)));
    if (z.present_pages == 0)
        return;
    z.zone_start_pfn = start;
    z.spanned_pages = end - start;
    z.initialized = 1;
    pgdat.nr_zones = static_cast<int>(idx) + 1;
    pgdat.node_present_pages += z.present_pages;
}

// All Unmovable (0) until init_memory_range meets their first page.
Result<> init_pageblocks(zone& z, memblock& mb, free_area_config const& config)
{
    unsigned long const size = usemap_size(z.zone_start_pfn, z.spanned_pages);
    PhysAddr const where = TRY(memblock_phys_alloc(mb, size, sizeof(long)));
    z.pageblock_flags = static_cast<unsigned long*>(config.phys_to_virt(where));
    for (unsigned long i = 0; i < size / sizeof(long); i++)
        z.pageblock_flags[i] = 0;
    return {};
}

unsigned zone_of_pfn(pglist_data const& pgdat, unsigned long pfn)
{
    for (unsigned i = 0; i < pgdat.layout->nr_zones; i++) {
        if (zone_spans_pfn(pgdat.node_zones[i], pfn))
            return i;
    }
    return 0;
}

// Pages that are there but are no memory: reserved for good.
void init_unavailable_range(pglist_data& pgdat, unsigned long start, unsigned long end)
{
    for (unsigned long pfn = start; pfn < end; pfn++) {
        page& p = pgdat.node_mem_map[pfn];
        init_page(p, zone_of_pfn(pgdat, pfn));
        p._refcount = 1;
        set_page_flag(p, PG_reserved);
    }
}

// A pageblock whose first page is memory starts as Movable: what the kernel takes steals from it.
// The one at 0 does not, nor one that a zone begins in the middle of; as on Linux they stay
// Unmovable.
void init_memory_range(pglist_data& pgdat, unsigned long start, unsigned long end)
{
    for (unsigned long pfn = start; pfn < end;) {
        unsigned const idx = zone_of_pfn(pgdat, pfn);
        zone& z = pgdat.node_zones[idx];
        unsigned long const stop = lib::min(end, zone_end_pfn(z));
        for (; pfn < stop; pfn++) {
            init_page(pgdat.node_mem_map[pfn], idx);
            pgdat.node_mem_map[pfn]._refcount = 1;
            if (lib::is_aligned(pfn, +pageblock_nr_pages))
                set_pageblock_migratetype(z, pfn, MIGRATE_MOVABLE);
        }
    }
}

void memmap_init(pglist_data& pgdat, memblock const& mb)
{
    unsigned long done = 0; // pages below are initialised
    pfn_range range;
    for (unsigned long i = 0; mem_map_range(mb, i, range); i++) {
        memblock_region const& region = mb.memory.regions[i];
        auto const start = static_cast<unsigned long>(region.base >> kPageShift);
        auto const end = static_cast<unsigned long>((region.base + region.size) >> kPageShift);
        init_unavailable_range(pgdat, lib::max(done, static_cast<unsigned long>(range.start.value)),
                               start);
        init_memory_range(pgdat, start, end);
        done = end;
        unsigned long hole_end = static_cast<unsigned long>(range.end.value);
        if (i + 1 < mb.memory.cnt) {
            uint64_t const next = mb.memory.regions[i + 1].base >> kPageShift;
            hole_end = lib::min(hole_end, static_cast<unsigned long>(next));
        }
        init_unavailable_range(pgdat, done, hole_end);
        done = lib::max(done, hole_end);
    }
}

void build_zonelist(pglist_data& pgdat)
{
    unsigned count = 0;
    zonelist& list = pgdat.node_zonelists[0];
    for (unsigned i = pgdat.layout->nr_zones; i-- > 0;) {
        if (populated_zone(pgdat.node_zones[i]))
            list._zonerefs[count++] = {&pgdat.node_zones[i], i};
    }
    list._zonerefs[count] = {nullptr, 0};
}

// A 64-bit kernel rather takes DMA32 than mix migrate types in Normal.
void build_zone_requests(pglist_data& pgdat)
{
    zone_layout const& layout = *pgdat.layout;
    for (gfp_t bits = 0; bits <= GFP_ZONEMASK; bits++) {
        zone_request& request = pgdat.zone_requests[bits];
        request.highest_zoneidx = gfp_zone(layout, bits);
        zoneref const* ref = pgdat.node_zonelists[0]._zonerefs;
        while (ref->zone != nullptr && ref->zone_idx > request.highest_zoneidx)
            ref++;
        request.preferred = ref->zone;
        bool const has_dma32 = layout.dma32 != layout.normal;
        request.alloc_flags =
            has_dma32 && ref->zone_idx == layout.normal ? unsigned{ALLOC_NOFRAGMENT} : 0;
    }
}

// Movable user pages come from the highest zone there is.
void find_movable_zone(pglist_data& pgdat)
{
    pgdat.movable_zone = 0;
    for (unsigned i = 0; i < pgdat.layout->movable; i++) {
        if (pgdat.node_zones[i].spanned_pages > 0)
            pgdat.movable_zone = i;
    }
}

void mark_reserved(pglist_data& pgdat)
{
    memblock const& mb = *pgdat.memory;
    for (unsigned long i = 0; i < mb.reserved.cnt; i++) {
        memblock_region const& region = mb.reserved.regions[i];
        auto const first = static_cast<unsigned long>(region.base >> kPageShift);
        auto const last =
            static_cast<unsigned long>((region.base + region.size + kPageSize - 1) >> kPageShift);
        for (unsigned long m = 0; m < mb.memory.cnt; m++) {
            memblock_region const& memory = mb.memory.regions[m];
            auto const low = static_cast<unsigned long>(memory.base >> kPageShift);
            auto const high = static_cast<unsigned long>((memory.base + memory.size) >> kPageShift);
            for (unsigned long pfn = lib::max(first, low); pfn < lib::min(last, high); pfn++)
                set_page_flag(pgdat.node_mem_map[pfn], PG_reserved);
        }
    }
}

// The largest aligned blocks that [start, end) consists of, to the ends of the free lists.
void free_pages_memory(pglist_data& pgdat, unsigned long start, unsigned long end)
{
    while (start < end) {
        zone& z = page_zone(pgdat, pgdat.node_mem_map[start]);
        unsigned long const stop = lib::min(end, zone_end_pfn(z));
        unsigned order = static_cast<unsigned>(lib::min(MAX_ORDER - 1, lib::lowest_bit(start)));
        while (start + (1ul << order) > stop)
            order--;
        for (unsigned long i = 0; i < 1ul << order; i++)
            pgdat.node_mem_map[start + i]._refcount = 0;
        z.managed_pages += 1ul << order;
        free_one_page(z, pgdat.node_mem_map[start], order, free_place::kTail);
        start += 1ul << order;
    }
}

} // namespace

bool mem_map_range(memblock const& mb, unsigned long i, pfn_range& range)
{
    if (i >= mb.memory.cnt)
        return false;
    memblock_region const& region = mb.memory.regions[i];
    uint64_t const first = region.base >> kPageShift;
    uint64_t const last = (region.base + region.size + kPageSize - 1) >> kPageShift;
    range.start = Pfn(lib::align_down(first, uint64_t{MAX_ORDER_NR_PAGES}));
    range.end = Pfn(lib::align_up(last, uint64_t{MAX_ORDER_NR_PAGES}));
    return true;
}

Result<> free_area_init(pglist_data& pgdat, memblock& mb, free_area_config const& config)
{
    TRY(memblock_trim_memory(mb, kPageSize));
    pgdat = {};
    pgdat.layout = config.layout;
    pgdat.env = config.env;
    pgdat.memory = &mb;
    pgdat.node_mem_map = config.mem_map;
    pgdat.nr_online_cpus = 1;
    pgdat.kswapd_highest_zoneidx = MAX_NR_ZONES;
    lib::init_list_head(pgdat.shrinker_list);
    for (list_head& list : pgdat.__lruvec.lists)
        lib::init_list_head(list);
    pgdat.node_start_pfn =
        static_cast<unsigned long>(phys_to_pfn(memblock_start_of_dram(mb)).value);
    auto const end = static_cast<unsigned long>(phys_to_pfn(memblock_end_of_dram(mb)).value);
    pgdat.node_spanned_pages = end - pgdat.node_start_pfn;

    unsigned long low = 0;
    for (unsigned i = 0; i < config.layout->nr_zones; i++) {
        unsigned long const high = lib::max(low, config.max_zone_pfn[i]);
        init_zone(pgdat, i, low, high);
        low = high;
    }
    if (pgdat.node_present_pages < memblock_pages_in_range(mb, Pfn(0), Pfn(end)))
        return Error{"memory above the last zone"};
    for (zone& z : pgdat.node_zones) {
        if (populated_zone(z))
            TRY(init_pageblocks(z, mb, config));
    }
    memmap_init(pgdat, mb);
    find_movable_zone(pgdat);
    build_zonelist(pgdat);
    build_zone_requests(pgdat);
    return {};
}

unsigned long memblock_free_all(pglist_data& pgdat)
{
    mark_reserved(pgdat);
    unsigned long const before = totalram_pages(pgdat);
    for_each_free_mem_range(*pgdat.memory, [&](memblock_range range) {
        uint64_t const first = lib::align_up(range.start.value, kPageSize) >> kPageShift;
        uint64_t const last = range.end.value >> kPageShift;
        free_pages_memory(pgdat, static_cast<unsigned long>(first),
                          static_cast<unsigned long>(last));
    });
    return totalram_pages(pgdat) - before;
}

unsigned long free_reserved_area(pglist_data& pgdat, Pfn start, Pfn end)
{
    unsigned long freed = 0;
    for (Pfn pfn = start; pfn < end; pfn = pfn + 1) {
        if (!memblock_is_memory(*pgdat.memory, pfn_to_phys(pfn)))
            continue;
        page& p = *pfn_to_page(pgdat, pfn);
        if (!page_flag(p, PG_reserved))
            continue;
        clear_page_flag(p, PG_reserved);
        p._refcount = 0;
        zone& z = page_zone(pgdat, p);
        z.managed_pages++;
        free_one_page(z, p, 0, free_place::kByNeighbour);
        freed++;
    }
    return freed;
}

} // namespace pagelab::mm
