// Per-CPU page lists: blocks of order 0 to 3 that a CPU keeps, so that most requests touch nothing
// that other CPUs use.
//
//   buddy lists  --- rmqueue_bulk: `batch` blocks, when a list is empty --->  pcp->lists[]
//   buddy lists  <-- free_pcppages_bulk, when `count` reaches `high` -------  pcp->lists[]
//
// A list per order and migrate type. The last block freed is the first taken: its bytes are likely
// in the cache. Blocks on the lists are not free to the zone: neither NR_FREE_PAGES nor
// free_area.nr_free counts them, and they do not merge. A page's `index` is the migrate type its
// pageblock had when it was freed.
//
// A pageset is its CPU's, which takes pcp->lock with interrupts off and finds it free, but when
// another CPU drains the lists: then pages go from and to the zone. zone->lock nests inside.
//
// Before setup_per_cpu_pageset each zone has a boot pageset, which keeps nothing.
// Source: Linux 6.1 mm/page_alloc.c: rmqueue_pcplist, free_unref_page_commit, free_pcppages_bulk,
// nr_pcp_high, nr_pcp_free, drain_all_pages.
#pragma once

#include "guestkernel/mm/buddy.hpp"
#include "guestkernel/mm/pageblock.hpp"

namespace pagelab::mm {

constexpr bool pcp_allowed_order(unsigned order)
{
    return order <= PAGE_ALLOC_COSTLY_ORDER;
}

constexpr unsigned order_to_pindex(unsigned type, unsigned order)
{
    return MIGRATE_PCPTYPES * order + type;
}

constexpr unsigned pindex_to_order(unsigned pindex)
{
    return pindex / MIGRATE_PCPTYPES;
}

// This CPU's pageset, with interrupts off; null: another CPU has it, and nothing was changed.
inline per_cpu_pages* pcp_trylock_irqsave(zone const& z, unsigned long& flags)
{
    lib::local_irq_save(flags);
    per_cpu_pages* const pcp = z.per_cpu_pageset + lib::smp_processor_id();
    if (lib::raw_spin_trylock(pcp->lock)) [[likely]]
        return pcp;
    lib::local_irq_restore(flags);
    return nullptr;
}

inline void pcp_unlock_irqrestore(per_cpu_pages& pcp, unsigned long flags)
{
    lib::raw_spin_unlock_irqrestore(pcp.lock, flags);
}

// A pageset that keeps nothing, with empty lists.
void per_cpu_pages_init(per_cpu_pages& pcp);

// The zones' real pagesets, their sizes by watermark.hpp. `pagesets` and `stats` have
// MAX_NR_ZONES * nr_online_cpus elements and live as long as the node.
void setup_per_cpu_pageset(pglist_data& pgdat, per_cpu_pages* pagesets, per_cpu_zonestat* stats);

// The first block of the list, if it has one. The pageset is locked.
inline page* pcp_take(per_cpu_pages& pcp, unsigned order, migratetype type)
{
    list_head& list = pcp.lists[order_to_pindex(type, order)];
    if (lib::list_empty(list))
        return nullptr;
    page* const p = CONTAINER_OF(list.next, page, pcp_list);
    lib::list_del(p->pcp_list);
    pcp.count -= 1 << order;
    pcp.free_factor = static_cast<short>(pcp.free_factor >> 1);
    return p;
}

// A block of order 0..3 from this CPU's list, which is refilled if empty; null: the zone has none,
// or another CPU has the pageset. __rmqueue_pcplist: of a locked pageset.
page* rmqueue_pcplist(zone& z, unsigned order, migratetype type, fallback_policy policy);
page* __rmqueue_pcplist(zone& z, per_cpu_pages& pcp, unsigned order, migratetype type,
                        fallback_policy policy);

// Blocks freed to this CPU may have become too many: some go back to the zone, those of the list
// `pindex` first. The pageset is locked.
void pcp_free_surplus(zone& z, per_cpu_pages& pcp, unsigned order, unsigned pindex);

// Gives a block of order 0..3 to this CPU, or, where the pageblock must not be used, to the zone.
inline void free_unref_page(zone& z, page& p, unsigned order)
{
    migratetype const type = get_pageblock_migratetype(z, pfn_of(z, p));
    if (type == MIGRATE_ISOLATE) {
        free_one_page(z, p, order, free_place::kByNeighbour);
        return;
    }
    p.index = type;
    unsigned long flags;
    per_cpu_pages* const locked = pcp_trylock_irqsave(z, flags);
    if (locked == nullptr) [[unlikely]] {
        free_one_page(z, p, order, free_place::kByNeighbour);
        return;
    }
    per_cpu_pages& pcp = *locked;
    unsigned const list_type = type < MIGRATE_PCPTYPES ? type : MIGRATE_MOVABLE;
    unsigned const pindex = order_to_pindex(list_type, order);
    lib::list_add(p.pcp_list, pcp.lists[pindex]);
    pcp.count += 1 << order;
    if (pcp.count >= pcp.high || (pcp.free_factor != 0 && order > 0) ||
        lib::read_once(z.flags) != 0)
        pcp_free_surplus(z, pcp, order, pindex);
    pcp_unlock_irqrestore(pcp, flags);
}

// All that a CPU, or all CPUs, keep goes back to the buddy lists.
void drain_pages_zone(zone& z, unsigned cpu);
void drain_all_pages(pglist_data& pgdat);

// Pages kept by all CPUs.
unsigned long nr_free_pcp(zone const& z);

} // namespace pagelab::mm
