// When no zone is above its low watermark: kswapd is woken, reserves are used as far as the request
// may, then it frees memory itself, again and again while that helps.
//
//   may not sleep, or frees memory itself     one try, down to what its flags let it have
//   __GFP_NORETRY, orders above 3             one round of reclaim (__GFP_RETRY_MAYFAIL: as below)
//   the others                                rounds until 16 in a row did not help; then, for
//                                             orders up to 3, the out-of-memory report
//   __GFP_NOFAIL                              after all that everything there is; the kernel stops
//                                             if that is nothing
//
// Source: Linux 6.1 mm/page_alloc.c: __alloc_pages_slowpath, should_reclaim_retry,
// __alloc_pages_may_oom. Without compaction and without processes to kill, an order that stays
// unavailable fails, where Linux would loop.
#include "guestkernel/mm/alloc_context.hpp"

#include "guestkernel/mm/alloc_report.hpp"
#include "guestkernel/mm/highatomic.hpp"
#include "guestkernel/mm/pcp.hpp"
#include "guestkernel/mm/vmscan.hpp"
#include "guestkernel/mm/watermark.hpp"

namespace pagelab::mm {

namespace {

bool frees_memory_itself(pglist_data const& pgdat)
{
    return (pgdat.env->task_flags() & PF_MEMALLOC) != 0;
}

// What the request may have below the min watermark.
unsigned gfp_to_alloc_flags(pglist_data const& pgdat, alloc_context const& ac)
{
    unsigned flags = ac.alloc_flags | (ac.gfp & __GFP_HIGH ? unsigned{ALLOC_HIGH} : 0);
    if (ac.gfp & __GFP_NOMEMALLOC)
        return flags;
    if (ac.gfp & __GFP_ATOMIC)
        flags |= ALLOC_HARDER;
    bool const frees_memory = (ac.gfp & __GFP_MEMALLOC) != 0 || frees_memory_itself(pgdat);
    return frees_memory ? flags | ALLOC_NO_WATERMARKS : flags;
}

// Pages may be free that do not help as they lie: kept by CPUs, or reserved for atomic requests.
page* take_what_was_freed(pglist_data& pgdat, alloc_context const& ac, unsigned flags)
{
    page* first = get_page_from_freelist(pgdat, ac, WMARK_MIN, flags);
    if (first != nullptr)
        return first;
    unreserve_highatomic_pageblock(pgdat, ac.type, last_block::kKeep);
    drain_all_pages(pgdat);
    return get_page_from_freelist(pgdat, ac, WMARK_MIN, flags);
}

// Whether some zone would do if all that may be reclaimed of it were free.
bool reclaim_could_help(pglist_data const& pgdat, alloc_context const& ac, unsigned flags)
{
    for (zoneref const* ref = pgdat.node_zonelists[0]._zonerefs; ref->zone != nullptr; ref++) {
        zone const& z = *ref->zone;
        if (ref->zone_idx > ac.highest_zoneidx)
            continue;
        unsigned long const mark = z._watermark[WMARK_MIN];
        unsigned long const reclaimable = zone_reclaimable_pages(z);
        if (reclaimable != 0 && zone_watermark_ok(z, 0, mark > reclaimable ? mark - reclaimable : 0,
                                                  ac.highest_zoneidx, flags))
            return true;
    }
    return false;
}

page* reclaim_and_take(pglist_data& pgdat, alloc_context const& ac, unsigned flags)
{
    for (int no_progress = 0; no_progress <= MAX_RECLAIM_RETRIES;) {
        unsigned long const freed = try_to_free_pages(pgdat, ac.order, ac.gfp, ac.highest_zoneidx);
        if (page* const first = take_what_was_freed(pgdat, ac, flags))
            return first;
        if (ac.gfp & __GFP_NORETRY)
            return nullptr;
        bool const costly = ac.order > PAGE_ALLOC_COSTLY_ORDER;
        if (costly && (ac.gfp & __GFP_RETRY_MAYFAIL) == 0)
            return nullptr;
        no_progress = freed > 0 && !costly ? 0 : no_progress + 1;
        if (freed == 0 && !reclaim_could_help(pgdat, ac, flags))
            break;
    }
    while (unreserve_highatomic_pageblock(pgdat, ac.type, last_block::kGive)) {
        if (page* const first = get_page_from_freelist(pgdat, ac, WMARK_MIN, flags))
            return first;
    }
    return nullptr;
}

// Requests that can do without, or that are for special memory, do not mean that memory is out.
bool may_oom(pglist_data const& pgdat, alloc_context const& ac)
{
    return ac.order <= PAGE_ALLOC_COSTLY_ORDER &&
           (ac.gfp & (__GFP_NORETRY | __GFP_RETRY_MAYFAIL | __GFP_THISNODE)) == 0 &&
           ac.highest_zoneidx >= pgdat.layout->normal;
}

page* never_fail(pglist_data& pgdat, alloc_context const& ac)
{
    page* const first = get_page_from_freelist(pgdat, ac, WMARK_MIN, ALLOC_NO_WATERMARKS);
    if (first == nullptr && pgdat.env->panic != nullptr)
        pgdat.env->panic("System is deadlocked on memory");
    return first;
}

} // namespace

page* alloc_pages_slowpath(pglist_data& pgdat, alloc_context const& ac)
{
    if (ac.gfp & __GFP_KSWAPD_RECLAIM)
        wakeup_kswapd(pgdat, ac.order, ac.highest_zoneidx);
    unsigned const flags = gfp_to_alloc_flags(pgdat, ac);
    page* first = get_page_from_freelist(pgdat, ac, WMARK_MIN, flags);
    if (first != nullptr)
        return first;
    if ((ac.gfp & __GFP_DIRECT_RECLAIM) != 0 && !frees_memory_itself(pgdat)) {
        first = reclaim_and_take(pgdat, ac, flags);
        if (first == nullptr && may_oom(pgdat, ac))
            out_of_memory(pgdat, ac);
        if (first == nullptr && (ac.gfp & __GFP_NOFAIL) != 0)
            first = never_fail(pgdat, ac);
    }
    if (first == nullptr)
        warn_alloc(pgdat, ac.gfp, "page allocation failure: order:%u", ac.order);
    return first;
}

} // namespace pagelab::mm
