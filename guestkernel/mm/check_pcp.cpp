// The lists CPUs keep, walked as check.cpp walks the zone's.
#include "guestkernel/mm/check.hpp"

#include "guestkernel/lib/align.hpp"
#include "guestkernel/mm/pcp.hpp"

namespace pagelab::mm {

namespace {

struct pcp_checker {
    pglist_data const& pgdat;
    zone const& z;
    unsigned idx;
    long pages = 0; // met so far

    damage report(char const* what, unsigned order = 0, unsigned long pfn = 0) const
    {
        return {what, idx, order, Pfn(pfn)};
    }

    // Whether the link lies in the struct page of a page of this zone; its pfn if so.
    bool is_page_link(list_head const* link, unsigned long& pfn) const
    {
        uintptr_t const first = reinterpret_cast<uintptr_t>(&pgdat.node_mem_map->pcp_list);
        uintptr_t const offset = reinterpret_cast<uintptr_t>(link) - first;
        pfn = static_cast<unsigned long>(offset / sizeof(page));
        return offset % sizeof(page) == 0 && zone_spans_pfn(z, pfn) &&
               (pgdat.memory == nullptr ||
                memblock_is_memory(*pgdat.memory, pfn_to_phys(Pfn(pfn))));
    }

    damage check_block(unsigned long pfn, unsigned order) const
    {
        if (!lib::is_aligned(pfn, 1ul << order))
            return report("block on a cpu's list is not aligned to its order", order, pfn);
        for (unsigned long i = 0; i < 1ul << order; i++) {
            page const& p = pgdat.node_mem_map[pfn + i];
            if (page_zonenum(p) != idx)
                return report("page of another zone on a cpu's list", order, pfn + i);
            if (page_buddy(p))
                return report("page on a cpu's list is free in the zone, too", order, pfn + i);
            if (p._refcount != 0)
                return report("page on a cpu's list has users", order, pfn + i);
            if ((p.flags & kFlagsCheckedAtPrep) != 0)
                return report("page on a cpu's list has flags set", order, pfn + i);
        }
        return {};
    }

    damage check_list(list_head const& head, unsigned order)
    {
        list_head const* previous = &head;
        unsigned long pfn = 0;
        for (list_head const* link = head.next; link != &head; link = link->next) {
            if (!is_page_link(link, pfn))
                return report("cpu's list leads to no page of the zone", order);
            if (link->prev != previous)
                return report("cpu's list does not lead back", order, pfn);
            if (damage const found = check_block(pfn, order))
                return found;
            previous = link;
            pages += 1l << order;
            if (static_cast<unsigned long>(pages) > z.spanned_pages)
                return report("cpu's list does not end", order, pfn);
        }
        return head.prev == previous ? damage{} : report("cpu's list does not lead back", order);
    }
};

} // namespace

damage check_pcp(pglist_data const& pgdat, unsigned idx)
{
    zone const& z = pgdat.node_zones[idx];
    for (unsigned cpu = 0; populated_zone(z) && cpu < pgdat.nr_online_cpus; cpu++) {
        per_cpu_pages const& pcp = z.per_cpu_pageset[cpu];
        pcp_checker checker{pgdat, z, idx};
        for (unsigned i = 0; i < NR_PCP_LISTS; i++) {
            if (damage const found = checker.check_list(pcp.lists[i], pindex_to_order(i)))
                return found;
        }
        if (checker.pages != pcp.count)
            return checker.report("count differs from the cpu's lists");
    }
    return {};
}

} // namespace pagelab::mm
