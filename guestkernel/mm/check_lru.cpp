// The page cache's lists: each page is on the list its flags say, is found by its file's tree, and
// is counted by its zone and the node.
#include "guestkernel/mm/check.hpp"

#include "guestkernel/mm/filemap.hpp"
#include "guestkernel/mm/lru.hpp"

namespace pagelab::mm {

namespace {

struct lru_checker {
    pglist_data const& pgdat;
    long pages[MAX_NR_ZONES][NR_LRU_LISTS] = {}; // met so far

    static damage report(char const* what, unsigned zone = 0, unsigned long pfn = 0)
    {
        return {what, zone, 0, Pfn(pfn)};
    }

    // Whether the link lies in the struct page of a page that exists; its pfn if so.
    bool is_page_link(list_head const* link, unsigned long& pfn) const
    {
        uintptr_t const first = reinterpret_cast<uintptr_t>(&pgdat.node_mem_map->lru);
        uintptr_t const offset = reinterpret_cast<uintptr_t>(link) - first;
        pfn = static_cast<unsigned long>(offset / sizeof(page));
        return offset % sizeof(page) == 0 &&
               (pgdat.memory == nullptr ||
                memblock_is_memory(*pgdat.memory, pfn_to_phys(Pfn(pfn))));
    }

    static char const* wrong_page(page const& p, unsigned lru)
    {
        if (!page_flag(p, PG_lru) || page_lru(p) != lru)
            return "page is on the wrong lru list";
        if (p._refcount < 1 || page_buddy(p))
            return "page on an lru list is free";
        if (p.mapping == nullptr || page_tree_load(p.mapping->i_pages, p.index) != &p)
            return "page on an lru list is not in its file's tree";
        return nullptr;
    }

    damage check_list(unsigned lru)
    {
        list_head const& head = pgdat.__lruvec.lists[lru];
        list_head const* previous = &head;
        unsigned long left = pgdat.node_present_pages;
        for (list_head const* link = head.next; link != &head; link = link->next) {
            unsigned long pfn = 0;
            if (!is_page_link(link, pfn))
                return report("lru list leads to no page");
            page const& p = pgdat.node_mem_map[pfn];
            if (link->prev != previous)
                return report("lru list does not lead back", page_zonenum(p), pfn);
            if (char const* const wrong = wrong_page(p, lru))
                return report(wrong, page_zonenum(p), pfn);
            if (left-- == 0)
                return report("lru list does not end", page_zonenum(p), pfn);
            pages[page_zonenum(p)][lru]++;
            previous = link;
        }
        return head.prev == previous ? damage{} : report("lru list does not lead back");
    }

    damage check_counters() const
    {
        for (unsigned lru = 0; lru < NR_LRU_LISTS; lru++) {
            long sum = 0;
            for (unsigned i = 0; i < pgdat.layout->nr_zones; i++) {
                if (pgdat.node_zones[i].vm_stat[zone_counter(lru)] != pages[i][lru])
                    return report("zone's lru counter differs from the list", i);
                sum += pages[i][lru];
            }
            if (pgdat.vm_stat[node_counter(lru)] != sum)
                return report("node's lru counter differs from the list");
        }
        return {};
    }
};

} // namespace

damage check_lru(pglist_data const& pgdat)
{
    lru_checker checker{pgdat};
    for (unsigned lru = 0; lru < NR_LRU_LISTS; lru++) {
        if (damage const found = checker.check_list(lru))
            return found;
    }
    return checker.check_counters();
}

} // namespace pagelab::mm
