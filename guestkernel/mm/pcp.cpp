// Refilling, keeping and giving back.
#include "guestkernel/mm/pcp.hpp"

#include "guestkernel/lib/minmax.hpp"
#include "guestkernel/mm/watermark.hpp"

namespace pagelab::mm {

namespace {

// A pageset with batch 1 must not keep pages: one block is taken, and goes straight on.
int rmqueue_bulk(zone& z, list_head& list, unsigned order, int batch, migratetype type,
                 fallback_policy policy)
{
    int const wanted = batch > 1 ? lib::max(batch >> order, 2) : batch;
    int taken = 0;
    lib::raw_spin_lock(z.lock);
    while (taken < wanted) {
        page* const p = rmqueue(z, order, type, policy);
        if (p == nullptr)
            break;
        lib::list_add_tail(p->pcp_list, list); // tail: later they are taken in ascending order
        taken++;
    }
    lib::raw_spin_unlock(z.lock);
    return taken;
}

// Gives back the oldest blocks, beginning with the list just grown, then from each in turn.
void free_pcppages_bulk(zone& z, per_cpu_pages& pcp, int count, unsigned pindex)
{
    count = lib::min(count, pcp.count);
    lib::raw_spin_lock(z.lock);
    while (count > 0) {
        list_head& list = pcp.lists[pindex];
        unsigned const order = pindex_to_order(pindex);
        while (count > 0 && !lib::list_empty(list)) {
            page& p = *CONTAINER_OF(list.prev, page, pcp_list);
            lib::list_del(p.pcp_list);
            count -= 1 << order;
            pcp.count -= 1 << order;
            __free_one_page(z, p, order, free_place::kByNeighbour);
        }
        pindex = pindex + 1 == NR_PCP_LISTS ? 0 : pindex + 1;
    }
    lib::raw_spin_unlock(z.lock);
}

// While pages are being reclaimed a CPU keeps few. Larger blocks freed in a row are worth most
// merged: none is kept.
int nr_pcp_high(zone const& z, per_cpu_pages const& pcp, unsigned order)
{
    if (pcp.high == 0 || (pcp.free_factor != 0 && order > 0))
        return 0;
    return lib::read_once(z.flags) & 1ul << ZONE_RECLAIM_ACTIVE ? lib::min(pcp.batch << 2, pcp.high)
                                                                : pcp.high;
}

// How many pages to give back: a batch, twice as many each time nothing was taken meanwhile, but
// a batch stays.
int nr_pcp_free(per_cpu_pages& pcp, int high, unsigned order)
{
    if (pcp.free_factor != 0 && order > 0)
        return pcp.count;
    if (high < pcp.batch)
        return 1; // the boot pageset
    int const most = high - pcp.batch;
    int const wanted = pcp.batch << pcp.free_factor;
    if (wanted < most)
        pcp.free_factor++;
    return lib::max(pcp.batch, lib::min(wanted, most));
}

} // namespace

void per_cpu_pages_init(per_cpu_pages& pcp)
{
    pcp.lock = {};
    pcp.count = 0;
    pcp.high = 0;
    pcp.batch = 1;
    pcp.free_factor = 0;
    for (list_head& list : pcp.lists)
        lib::init_list_head(list);
}

void setup_per_cpu_pageset(pglist_data& pgdat, per_cpu_pages* pagesets, per_cpu_zonestat* stats)
{
    for (unsigned i = 0; i < pgdat.layout->nr_zones; i++) {
        zone& z = pgdat.node_zones[i];
        z.per_cpu_pageset = pagesets + i * pgdat.nr_online_cpus;
        z.per_cpu_zonestats = stats + i * pgdat.nr_online_cpus;
        for (unsigned cpu = 0; cpu < pgdat.nr_online_cpus; cpu++)
            per_cpu_pages_init(z.per_cpu_pageset[cpu]);
        if (populated_zone(z))
            zone_set_pageset_high_and_batch(z);
    }
}

page* __rmqueue_pcplist(zone& z, per_cpu_pages& pcp, unsigned order, migratetype type,
                        fallback_policy policy)
{
    list_head& list = pcp.lists[order_to_pindex(type, order)];
    if (lib::list_empty(list))
        pcp.count += rmqueue_bulk(z, list, order, pcp.batch, type, policy) << order;
    return pcp_take(pcp, order, type);
}

page* rmqueue_pcplist(zone& z, unsigned order, migratetype type, fallback_policy policy)
{
    unsigned long flags;
    per_cpu_pages* const pcp = pcp_trylock_irqsave(z, flags);
    if (pcp == nullptr)
        return nullptr;
    page* const first = __rmqueue_pcplist(z, *pcp, order, type, policy);
    pcp_unlock_irqrestore(*pcp, flags);
    return first;
}

void pcp_free_surplus(zone& z, per_cpu_pages& pcp, unsigned order, unsigned pindex)
{
    int const high = nr_pcp_high(z, pcp, order);
    if (pcp.count >= high)
        free_pcppages_bulk(z, pcp, nr_pcp_free(pcp, high, order), pindex);
}

void drain_pages_zone(zone& z, unsigned cpu)
{
    per_cpu_pages& pcp = z.per_cpu_pageset[cpu];
    unsigned long flags;
    lib::raw_spin_lock_irqsave(pcp.lock, flags);
    free_pcppages_bulk(z, pcp, pcp.count, 0);
    lib::raw_spin_unlock_irqrestore(pcp.lock, flags);
}

void drain_all_pages(pglist_data& pgdat)
{
    for (unsigned i = 0; i < pgdat.layout->nr_zones; i++) {
        zone& z = pgdat.node_zones[i];
        for (unsigned cpu = 0; populated_zone(z) && cpu < pgdat.nr_online_cpus; cpu++)
            drain_pages_zone(z, cpu);
    }
}

unsigned long nr_free_pcp(zone const& z)
{
    unsigned long pages = 0;
    for (unsigned cpu = 0; populated_zone(z) && cpu < z.zone_pgdat->nr_online_cpus; cpu++)
        pages += static_cast<unsigned long>(lib::read_once(z.per_cpu_pageset[cpu].count));
    return pages;
}

} // namespace pagelab::mm
