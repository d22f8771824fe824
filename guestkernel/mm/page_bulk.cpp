// Many single pages at once.
#include "guestkernel/mm/page_bulk.hpp"

#include "guestkernel/mm/compound.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/page_owner.hpp"
#include "guestkernel/mm/page_prep.hpp"
#include "guestkernel/mm/pageblock.hpp"
#include "guestkernel/mm/pcp.hpp"
#include "guestkernel/mm/watermark.hpp"

namespace pagelab::mm {

namespace {

// The first zone of the request that stays above its low watermark after giving all of them.
zone* bulk_zone(pglist_data& pgdat, unsigned highest, unsigned long count)
{
    for (zoneref const* ref = pgdat.node_zonelists[0]._zonerefs; ref->zone != nullptr; ref++) {
        zone& z = *ref->zone;
        if (ref->zone_idx <= highest &&
            zone_watermark_ok(z, 0, z._watermark[WMARK_LOW] + count, highest, 0))
            return &z;
    }
    return nullptr;
}

// From one zone: as many as it has without taking other migrate types' blocks apart needlessly.
unsigned long take_from_list(zone& z, gfp_t gfp, unsigned long count, page** pages)
{
    migratetype const type = gfp_migratetype(gfp);
    unsigned long flags;
    per_cpu_pages* const locked = pcp_trylock_irqsave(z, flags);
    if (locked == nullptr)
        return 0;
    per_cpu_pages& pcp = *locked;
    list_head& list = pcp.lists[order_to_pindex(type, 0)];
    unsigned long taken = 0;
    for (; taken < count; taken++) {
        page* p;
        if (lib::list_empty(list)) {
            p = __rmqueue_pcplist(z, pcp, 0, type, fallback_policy::kAllowed);
            if (p == nullptr)
                break;
        } else {
            p = CONTAINER_OF(list.next, page, pcp_list);
            lib::list_del(p->pcp_list);
            pcp.count--;
        }
        p->private_ = 0;
        p->_refcount = 1;
        if (gfp & __GFP_ZERO)
            prep_new_page(*z.zone_pgdat, *p, 0, gfp);
        set_page_owner(*z.zone_pgdat, *p, 0, gfp);
        pages[taken] = p;
    }
    pcp_unlock_irqrestore(pcp, flags);
    count_numa_events(z, NUMA_HIT, static_cast<long>(taken));
    count_numa_events(z, NUMA_LOCAL, static_cast<long>(taken));
    count_vm_events(*z.zone_pgdat, PGALLOC + zone_idx(z), taken);
    return taken;
}

// What free_pages_prepare says yes to, for a single page that is not mapped or cached.
bool has_one_plain_user(page const& p)
{
    return ((p._refcount ^ 1) | (p._mapcount + 1)) == 0 &&
           (reinterpret_cast<uintptr_t>(p.mapping) | (p.flags & kFlagsCheckedAtFree) |
            (p.flags & 1ul << PG_head) | (p.compound_head & 1)) == 0;
}

// This CPU's pageset of one zone at a time, locked as long as pages of that zone come.
class locked_pageset {
  public:
    locked_pageset() = default;
    ~locked_pageset() { release(); }
    locked_pageset(locked_pageset const&) = delete;
    locked_pageset& operator=(locked_pageset const&) = delete;

    // Null: another CPU has it.
    per_cpu_pages* of(zone& z)
    {
        if (zone_ != &z) {
            release();
            pcp_ = pcp_trylock_irqsave(z, flags_);
            zone_ = pcp_ != nullptr ? &z : nullptr;
        }
        return pcp_;
    }

    void release()
    {
        if (pcp_ != nullptr)
            pcp_unlock_irqrestore(*pcp_, flags_);
        pcp_ = nullptr;
        zone_ = nullptr;
    }

  private:
    zone const* zone_ = nullptr;
    per_cpu_pages* pcp_ = nullptr;
    unsigned long flags_ = 0;
};

// Gives the page to this CPU, unless that would make it give some back.
bool keep(zone& z, page& p, locked_pageset& pageset)
{
    per_cpu_pages* const locked = pageset.of(z);
    if (locked == nullptr)
        return false;
    per_cpu_pages& pcp = *locked;
    migratetype const type = get_pageblock_migratetype(z, pfn_of(z, p));
    if (type >= MIGRATE_PCPTYPES || pcp.count + 1 >= pcp.high || lib::read_once(z.flags) != 0)
        return false;
    p.flags &= ~kFlagsCheckedAtPrep;
    p._refcount = 0;
    p.index = type;
    lib::list_add(p.pcp_list, pcp.lists[order_to_pindex(type, 0)]);
    pcp.count++;
    count_vm_events(*z.zone_pgdat, PGFREE, 1);
    reset_page_owner(*z.zone_pgdat, p, 0);
    return true;
}

} // namespace

unsigned long alloc_pages_bulk_array(pglist_data& pgdat, gfp_t gfp, unsigned long count,
                                     page** pages)
{
    unsigned long taken = 0;
    if (zone* const z = bulk_zone(pgdat, gfp_zone(*pgdat.layout, gfp), count))
        taken = take_from_list(*z, gfp, count, pages);
    for (; taken < count; taken++) {
        pages[taken] = alloc_pages(pgdat, gfp, 0);
        if (pages[taken] == nullptr)
            break;
    }
    return taken;
}

Result<> release_pages(pglist_data& pgdat, page* const* pages, unsigned long count)
{
    Result<> first_error;
    locked_pageset pageset;
    for (unsigned long i = 0; i < count; i++) {
        page& p = *pages[i];
        if (has_one_plain_user(p) && keep(page_zone(pgdat, p), p, pageset))
            continue;
        pageset.release();
        Result<> const dropped = put_page(pgdat, p);
        first_error = first_error ? dropped : first_error;
    }
    return first_error;
}

} // namespace pagelab::mm
