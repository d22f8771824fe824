// Splitting and merging.
#include "guestkernel/mm/buddy.hpp"

#include "guestkernel/mm/fallback.hpp"
#include "guestkernel/mm/page_prep.hpp"
#include "guestkernel/mm/pageblock.hpp"

namespace pagelab::mm {

namespace {

struct buddy_block {
    page* first; // null: the buddy is not free as a whole
    unsigned long pfn;
};

// Linux' page_is_buddy: the page exists (the node's array is whole in every aligned 4 MiB), is
// free, of the same order and in the same zone.
buddy_block find_buddy(zone const& z, unsigned long pfn, unsigned order)
{
    unsigned long const buddy_pfn = pfn ^ (1ul << order);
    page& buddy = z.zone_pgdat->node_mem_map[buddy_pfn];
    bool const is_buddy =
        page_buddy(buddy) && buddy_order(buddy) == order && page_zonenum(buddy) == zone_idx(z);
    return {is_buddy ? &buddy : nullptr, buddy_pfn};
}

// Pageblocks of the types that must stay apart merge with their like only.
bool may_merge_blocks(zone const& z, unsigned long pfn, unsigned long buddy_pfn)
{
    migratetype const type = get_pageblock_migratetype(z, pfn);
    migratetype const buddy_type = get_pageblock_migratetype(z, buddy_pfn);
    return type == buddy_type ||
           (migratetype_is_mergeable(type) && migratetype_is_mergeable(buddy_type));
}

// Whether the merged block's own buddy is free: then this block will merge twice when its buddy
// is freed, and is worth keeping.
bool buddy_merge_likely(zone const& z, unsigned long pfn, unsigned order)
{
    if (order >= MAX_ORDER - 2)
        return false;
    unsigned long const merged = pfn & ~(1ul << order);
    return find_buddy(z, merged, order + 1).first != nullptr;
}

// Puts the upper halves of a block of order `high` back until `low` is left.
void expand(zone& z, page& first, unsigned low, unsigned high, migratetype type)
{
    while (high > low) {
        high--;
        add_to_free_list(z, *(&first + (1ul << high)), high, type);
    }
}

} // namespace

void add_to_free_list(zone& z, page& p, unsigned order, migratetype type)
{
    p.private_ = order;
    set_page_type(p, PG_buddy);
    lib::list_add(p.buddy_list, z.free_area[order].free_list[type]);
    z.free_area[order].nr_free++;
}

void del_page_from_free_list(zone& z, page& p, unsigned order)
{
    lib::list_del(p.buddy_list);
    clear_page_type(p, PG_buddy);
    p.private_ = 0;
    z.free_area[order].nr_free--;
}

void move_to_free_list(zone& z, page& p, unsigned order, migratetype type)
{
    lib::list_move_tail(p.buddy_list, z.free_area[order].free_list[type]);
}

page* get_page_from_free_area(struct free_area& area, migratetype type)
{
    list_head& list = area.free_list[type];
    return lib::list_empty(list) ? nullptr : CONTAINER_OF(list.next, page, buddy_list);
}

void free_one_page(zone& z, page& p, unsigned order, free_place place)
{
    unsigned long pfn = pfn_of(z, p);
    migratetype const type = get_pageblock_migratetype(z, pfn);
    if (type != MIGRATE_ISOLATE)
        z.vm_stat[NR_FREE_PAGES] += 1l << order;
    for (; order < MAX_ORDER - 1; order++) {
        buddy_block const buddy = find_buddy(z, pfn, order);
        if (buddy.first == nullptr)
            break;
        if (order >= pageblock_order && !may_merge_blocks(z, pfn, buddy.pfn))
            break;
        del_page_from_free_list(z, *buddy.first, order);
        pfn &= buddy.pfn;
    }
    page& merged = z.zone_pgdat->node_mem_map[pfn];
    add_to_free_list(z, merged, order, type);
    if (place == free_place::kTail || buddy_merge_likely(z, pfn, order))
        move_to_free_list(z, merged, order, type);
}

page* rmqueue_smallest(zone& z, unsigned order, migratetype type)
{
    for (unsigned current = order; current < MAX_ORDER; current++) {
        page* const first = get_page_from_free_area(z.free_area[current], type);
        if (first == nullptr)
            continue;
        del_page_from_free_list(z, *first, current);
        expand(z, *first, order, current, type);
        first->index = type;
        return first;
    }
    return nullptr;
}

page* rmqueue(zone& z, unsigned order, migratetype type, fallback_policy policy)
{
    for (;;) {
        page* first = rmqueue_smallest(z, order, type);
        while (first == nullptr && type < MIGRATE_PCPTYPES &&
               rmqueue_fallback(z, order, type, policy))
            first = rmqueue_smallest(z, order, type);
        if (first == nullptr)
            return nullptr;
        z.vm_stat[NR_FREE_PAGES] -= 1l << order;
        if (check_new_pages(*z.zone_pgdat, *first, order))
            return first;
    }
}

} // namespace pagelab::mm
