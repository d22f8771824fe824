// Zone choice: first above the low watermark, then above min as far as the request's rank allows,
// last by giving up the reserves for atomic requests.
#include "guestkernel/mm/page_alloc.hpp"

#include "guestkernel/lib/align.hpp"
#include "guestkernel/mm/highatomic.hpp"
#include "guestkernel/mm/watermark.hpp"

namespace pagelab::mm {

namespace {

struct alloc_context {
    gfp_t gfp;
    unsigned order;
    unsigned highest_zoneidx;
    migratetype type;
};

migratetype gfp_migratetype(gfp_t gfp)
{
    if (gfp & __GFP_MOVABLE)
        return MIGRATE_MOVABLE;
    return gfp & __GFP_RECLAIMABLE ? MIGRATE_RECLAIMABLE : MIGRATE_UNMOVABLE;
}

page* take_from_zone(zone& z, alloc_context const& ac, unsigned flags)
{
    auto const policy =
        flags & ALLOC_NOFRAGMENT ? fallback_policy::kWholeBlocks : fallback_policy::kAllowed;
    bool const may_use_reserve = ac.order > 0 && (flags & ALLOC_HARDER) != 0;
    page* first = nullptr;
    if (may_use_reserve) {
        first = rmqueue_smallest(z, ac.order, MIGRATE_HIGHATOMIC);
        if (first != nullptr)
            z.vm_stat[NR_FREE_PAGES] -= 1l << ac.order;
    }
    if (first == nullptr)
        first = rmqueue(z, ac.order, ac.type, policy);
    if (first == nullptr)
        return nullptr;
    z.vm_numa_event[NUMA_HIT]++;
    z.vm_numa_event[NUMA_LOCAL]++;
    first->private_ = 0;
    first->_refcount = 1;
    if (may_use_reserve)
        reserve_highatomic_pageblock(z, *first);
    return first;
}

page* get_page_from_freelist(pglist_data& pgdat, alloc_context const& ac, zone_watermarks mark,
                             unsigned flags)
{
    for (zoneref const* ref = pgdat.node_zonelists[0]._zonerefs; ref->zone != nullptr; ref++) {
        zone& z = *ref->zone;
        if (ref->zone_idx > ac.highest_zoneidx)
            continue;
        if (!(flags & ALLOC_NO_WATERMARKS) &&
            !zone_watermark_ok(z, ac.order, z._watermark[mark], ac.highest_zoneidx, flags))
            continue;
        page* const first = take_from_zone(z, ac, flags);
        if (first != nullptr)
            return first;
    }
    return nullptr;
}

// A 64-bit kernel rather takes DMA32 than mix migrate types in Normal.
unsigned nofragment_flag(pglist_data const& pgdat, alloc_context const& ac)
{
    zone_layout const& layout = *pgdat.layout;
    bool const prefers_normal =
        ac.highest_zoneidx >= layout.normal && populated_zone(pgdat.node_zones[layout.normal]);
    return layout.dma32 != layout.normal && prefers_normal ? unsigned{ALLOC_NOFRAGMENT} : 0;
}

unsigned rank_flags(gfp_t gfp)
{
    unsigned flags = gfp & __GFP_HIGH ? unsigned{ALLOC_HIGH} : 0;
    if (gfp & __GFP_NOMEMALLOC)
        return flags;
    if (gfp & __GFP_ATOMIC)
        flags |= ALLOC_HARDER;
    return gfp & __GFP_MEMALLOC ? flags | ALLOC_NO_WATERMARKS : flags;
}

page* alloc_pages_slowpath(pglist_data& pgdat, alloc_context const& ac)
{
    unsigned const flags = rank_flags(ac.gfp);
    page* first = get_page_from_freelist(pgdat, ac, WMARK_MIN, flags);
    while (first == nullptr && (ac.gfp & __GFP_DIRECT_RECLAIM) != 0 &&
           unreserve_highatomic_pageblock(pgdat, ac.type))
        first = get_page_from_freelist(pgdat, ac, WMARK_MIN, flags);
    return first;
}

// What is wrong with a page somebody wants to free; null: nothing.
char const* free_page_is_bad(page const& p, int users)
{
    if (page_buddy(p))
        return "page is already free";
    if (page_flag(p, PG_reserved))
        return "page is reserved";
    if (p._refcount < users)
        return "page has no users";
    if (p._mapcount != -1)
        return "page is still mapped";
    return nullptr;
}

} // namespace

page* alloc_pages(pglist_data& pgdat, gfp_t gfp, unsigned order)
{
    if (order >= MAX_ORDER)
        return nullptr;
    alloc_context const ac{gfp, order, gfp_zone(*pgdat.layout, gfp), gfp_migratetype(gfp)};
    unsigned const nofragment = nofragment_flag(pgdat, ac);
    page* first = get_page_from_freelist(pgdat, ac, WMARK_LOW, nofragment);
    if (first == nullptr && nofragment != 0)
        first = get_page_from_freelist(pgdat, ac, WMARK_LOW, 0);
    return first != nullptr ? first : alloc_pages_slowpath(pgdat, ac);
}

Result<> __free_pages(pglist_data& pgdat, page& first, unsigned order)
{
    if (order >= MAX_ORDER)
        return Error{"order is too large"};
    if (char const* const bad = free_page_is_bad(first, 1))
        return Error{bad};
    if (first._refcount > 1) {
        first._refcount--;
        return {};
    }
    zone& z = page_zone(pgdat, first);
    unsigned long const pfn = pfn_of(z, first);
    unsigned long const pages = 1ul << order;
    if (!lib::is_aligned(pfn, pages) || !zone_spans_pfn(z, pfn) ||
        !zone_spans_pfn(z, pfn + pages - 1))
        return Error{"page does not begin a block of this order"};
    for (unsigned long i = 1; i < pages; i++) {
        page const& tail = *(&first + i);
        if (char const* const bad = free_page_is_bad(tail, 0))
            return Error{bad};
        if (tail._refcount != 0)
            return Error{"page inside the block has users"};
    }
    first._refcount = 0;
    free_one_page(z, first, order, free_place::kByNeighbour);
    return {};
}

unsigned long nr_free_pages(pglist_data const& pgdat)
{
    long sum = 0;
    for (zone const& z : pgdat.node_zones)
        sum += z.vm_stat[NR_FREE_PAGES];
    return static_cast<unsigned long>(sum);
}

unsigned long totalram_pages(pglist_data const& pgdat)
{
    unsigned long sum = 0;
    for (zone const& z : pgdat.node_zones)
        sum += z.managed_pages;
    return sum;
}

} // namespace pagelab::mm
