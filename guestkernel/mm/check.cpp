// Lists are walked from their heads, then pages from the zone's start: each must account for all.
#include "guestkernel/mm/check.hpp"

#include "guestkernel/lib/align.hpp"
#include "guestkernel/mm/buddy.hpp"
#include "guestkernel/mm/pageblock.hpp"

namespace pagelab::mm {

namespace {

struct zone_checker {
    pglist_data const& pgdat;
    zone const& z;
    unsigned idx;
    unsigned long listed_blocks = 0;
    unsigned long listed_pages = 0; // of types that NR_FREE_PAGES counts

    damage report(char const* what, unsigned order = 0, unsigned long pfn = 0) const
    {
        return {what, idx, order, Pfn(pfn)};
    }

    bool exists(unsigned long pfn) const
    {
        return zone_spans_pfn(z, pfn) && (pgdat.memory == nullptr ||
                                          memblock_is_memory(*pgdat.memory, pfn_to_phys(Pfn(pfn))));
    }

    // Whether the link lies in the struct page of a page of this zone; its pfn if so.
    bool is_page_link(list_head const* link, unsigned long& pfn) const
    {
        uintptr_t const first = reinterpret_cast<uintptr_t>(&pgdat.node_mem_map->buddy_list);
        uintptr_t const offset = reinterpret_cast<uintptr_t>(link) - first;
        pfn = static_cast<unsigned long>(offset / sizeof(page));
        return offset % sizeof(page) == 0 && exists(pfn);
    }

    damage check_block(unsigned long pfn, unsigned order) const;
    damage check_merging(unsigned long pfn, unsigned order) const;
    damage check_list(unsigned order, unsigned type);
    damage check_lists();
    damage check_pages() const;
};

damage zone_checker::check_block(unsigned long pfn, unsigned order) const
{
    page const* const block = &pgdat.node_mem_map[pfn];
    unsigned long const pages = 1ul << order;
    if (!page_buddy(*block))
        return report("listed page is not free", order, pfn);
    if (buddy_order(*block) != order)
        return report("page is on the list of another order", order, pfn);
    if (!lib::is_aligned(pfn, pages))
        return report("block is not aligned to its order", order, pfn);
    if (!exists(pfn + pages - 1))
        return report("block leaves its zone", order, pfn);
    for (unsigned long i = 0; i < pages; i++) {
        if (page_zonenum(block[i]) != idx)
            return report("page of another zone", order, pfn + i);
        if (block[i]._refcount != 0)
            return report("free page has users", order, pfn + i);
        if (page_flag(block[i], PG_reserved))
            return report("free page is reserved", order, pfn + i);
        if (i > 0 && page_buddy(block[i]))
            return report("free blocks overlap", order, pfn + i);
    }
    return check_merging(pfn, order);
}

damage zone_checker::check_merging(unsigned long pfn, unsigned order) const
{
    unsigned long const buddy_pfn = pfn ^ (1ul << order);
    if (order == MAX_ORDER - 1 || !exists(buddy_pfn))
        return {};
    page const& buddy = pgdat.node_mem_map[buddy_pfn];
    if (!page_buddy(buddy) || buddy_order(buddy) != order)
        return {};
    migratetype const type = get_pageblock_migratetype(z, pfn);
    migratetype const buddy_type = get_pageblock_migratetype(z, buddy_pfn);
    bool const stay_apart =
        order >= pageblock_order && type != buddy_type &&
        (!migratetype_is_mergeable(type) || !migratetype_is_mergeable(buddy_type));
    return stay_apart ? damage{} : report("free buddies are not merged", order, pfn);
}

damage zone_checker::check_list(unsigned order, unsigned type)
{
    list_head const* const head = &z.free_area[order].free_list[type];
    list_head const* previous = head;
    unsigned long pfn = 0;
    for (list_head const* link = head->next; link != head; link = link->next) {
        if (!is_page_link(link, pfn))
            return report("list leads to no page of the zone", order, previous == head ? 0 : pfn);
        if (link->prev != previous)
            return report("list does not lead back", order, pfn);
        if (damage const found = check_block(pfn, order))
            return found;
        previous = link;
        listed_blocks++;
        listed_pages += type != MIGRATE_ISOLATE ? 1ul << order : 0;
        if (listed_blocks > z.spanned_pages)
            return report("list does not end", order, pfn);
    }
    if (head->prev != previous)
        return report("list does not lead back", order);
    return {};
}

damage zone_checker::check_lists()
{
    for (unsigned order = 0; order < MAX_ORDER; order++) {
        unsigned long const before = listed_blocks;
        for (unsigned type = 0; type < MIGRATE_TYPES; type++) {
            if (damage const found = check_list(order, type))
                return found;
        }
        if (listed_blocks - before != z.free_area[order].nr_free)
            return report("nr_free differs from the lists", order);
    }
    if (z.vm_stat[NR_FREE_PAGES] != static_cast<long>(listed_pages))
        return report("NR_FREE_PAGES differs from the lists");
    return {};
}

// Each listed block is one buddy page, so that equal numbers mean equal sets.
damage zone_checker::check_pages() const
{
    unsigned long buddies = 0;
    for (unsigned long pfn = z.zone_start_pfn; pfn < zone_end_pfn(z); pfn++) {
        if (pgdat.memory == nullptr || exists(pfn))
            buddies += page_buddy(pgdat.node_mem_map[pfn]);
    }
    return buddies == listed_blocks ? damage{} : report("free block is on no list");
}

} // namespace

damage check_zone(pglist_data const& pgdat, unsigned idx)
{
    zone const& z = pgdat.node_zones[idx];
    zone_checker checker{pgdat, z, idx};
    if (damage const found = checker.check_lists())
        return found;
    return checker.check_pages();
}

damage check(pglist_data const& pgdat)
{
    for (unsigned i = 0; i < pgdat.layout->nr_zones; i++) {
        if (damage const found = check_zone(pgdat, i))
            return found;
        if (damage const found = check_pcp(pgdat, i))
            return found;
    }
    return check_lru(pgdat);
}

} // namespace pagelab::mm
