// Zone choice, and the short way to a block this CPU keeps.
#include "guestkernel/mm/page_alloc.hpp"

#include "guestkernel/mm/alloc_context.hpp"
#include "guestkernel/mm/highatomic.hpp"
#include "guestkernel/mm/page_owner.hpp"
#include "guestkernel/mm/page_prep.hpp"
#include "guestkernel/mm/pcp.hpp"
#include "guestkernel/mm/watermark.hpp"

namespace pagelab::mm {

namespace {

// A HighAtomic block for those who may have one, then the request's own kind.
page* rmqueue_buddy(zone& z, alloc_context const& ac, unsigned flags, fallback_policy policy)
{
    unsigned long irq_flags;
    lib::raw_spin_lock_irqsave(z.lock, irq_flags);
    page* first = ac.order > 0 && (flags & ALLOC_HARDER) != 0
                      ? rmqueue(z, ac.order, MIGRATE_HIGHATOMIC, policy)
                      : nullptr;
    if (first == nullptr)
        first = rmqueue(z, ac.order, ac.type, policy);
    lib::raw_spin_unlock_irqrestore(z.lock, irq_flags);
    return first;
}

// Makes the block the caller's.
inline void hand_out(zone& z, page& first, gfp_t gfp, unsigned order)
{
    count_numa_events(z, NUMA_HIT, 1);
    count_numa_events(z, NUMA_LOCAL, 1);
    count_vm_events(*z.zone_pgdat, PGALLOC + page_zonenum(first), 1ul << order);
    prep_new_page(*z.zone_pgdat, first, order, gfp);
    set_page_owner(*z.zone_pgdat, first, order, gfp);
}

page* take_from_zone(zone& z, alloc_context const& ac, unsigned flags)
{
    auto const policy =
        flags & ALLOC_NOFRAGMENT ? fallback_policy::kWholeBlocks : fallback_policy::kAllowed;
    page* first =
        pcp_allowed_order(ac.order) ? rmqueue_pcplist(z, ac.order, ac.type, policy) : nullptr;
    if (first == nullptr)
        first = rmqueue_buddy(z, ac, flags, policy);
    if (first == nullptr)
        return nullptr;
    hand_out(z, *first, ac.gfp, ac.order);
    if (ac.order > 0 && (flags & ALLOC_HARDER) != 0)
        reserve_highatomic_pageblock(z, *first);
    return first;
}

inline bool may_take_from(zone const& z, alloc_context const& ac, unsigned long mark,
                          unsigned flags)
{
    if (flags & ALLOC_NO_WATERMARKS)
        return true;
    return flags & (ALLOC_HARDER | ALLOC_HIGH)
               ? zone_watermark_ok(z, ac.order, mark, ac.highest_zoneidx, flags)
               : zone_watermark_fast(z, ac.order, mark, ac.highest_zoneidx);
}

[[gnu::noinline]] page* alloc_from_zones(pglist_data& pgdat, zone_request const& request, gfp_t gfp,
                                         unsigned order)
{
    if (order >= MAX_ORDER)
        return nullptr;
    alloc_context const ac{gfp, order, request.highest_zoneidx, gfp_migratetype(gfp),
                           request.alloc_flags};
    page* const first = get_page_from_freelist(pgdat, ac, WMARK_LOW, request.alloc_flags);
    return first != nullptr ? first : alloc_pages_slowpath(pgdat, ac);
}

// What nearly all requests get: a block this CPU keeps, of the first zone, which has pages enough
// (whether it has another such block does not matter).
inline page* take_kept_block(zone_request const& request, gfp_t gfp, unsigned order)
{
    zone* const z = request.preferred;
    if (z == nullptr ||
        !zone_watermark_fast(*z, 0, z->_watermark[WMARK_LOW], request.highest_zoneidx))
        return nullptr;
    unsigned long flags;
    per_cpu_pages* const pcp = pcp_trylock_irqsave(*z, flags);
    if (pcp == nullptr) [[unlikely]]
        return nullptr;
    page* const first = pcp_take(*pcp, order, gfp_migratetype(gfp));
    pcp_unlock_irqrestore(*pcp, flags);
    if (first != nullptr)
        hand_out(*z, *first, gfp, order);
    return first;
}

} // namespace

page* get_page_from_freelist(pglist_data& pgdat, alloc_context const& ac, zone_watermarks mark,
                             unsigned flags)
{
    for (zoneref const* ref = pgdat.node_zonelists[0]._zonerefs; ref->zone != nullptr; ref++) {
        zone& z = *ref->zone;
        if (ref->zone_idx > ac.highest_zoneidx)
            continue;
        if (!may_take_from(z, ac, z._watermark[mark], flags))
            continue;
        page* const first = take_from_zone(z, ac, flags);
        if (first != nullptr)
            return first;
    }
    return flags & ALLOC_NOFRAGMENT
               ? get_page_from_freelist(pgdat, ac, mark, flags & ~unsigned{ALLOC_NOFRAGMENT})
               : nullptr;
}

page* alloc_pages(pglist_data& pgdat, gfp_t gfp, unsigned order)
{
    zone_request const& request = pgdat.zone_requests[gfp & GFP_ZONEMASK];
    if (pcp_allowed_order(order)) {
        if (page* const first = take_kept_block(request, gfp, order))
            return first;
    }
    return alloc_from_zones(pgdat, request, gfp, order);
}

unsigned long nr_free_pages(pglist_data const& pgdat)
{
    long sum = 0;
    for (zone const& z : pgdat.node_zones)
        sum += zone_page_state(z, NR_FREE_PAGES);
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
