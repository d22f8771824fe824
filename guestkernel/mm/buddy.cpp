// Splitting and merging.
#include "guestkernel/mm/buddy.hpp"

#include "guestkernel/mm/fallback.hpp"
#include "guestkernel/mm/page_prep.hpp"
#include "guestkernel/mm/pageblock.hpp"

namespace pagelab::mm {

namespace {

// Linux' page_is_buddy: the page exists (the node's array is whole in every aligned 4 MiB), is
// free, of the same order and in the same zone.
inline bool page_is_buddy(page const& p, page const& buddy, unsigned order)
{
    constexpr auto kZoneBits = static_cast<unsigned long>(ZoneField::mask);
    return page_buddy(buddy) && buddy_order(buddy) == order &&
           ((p.flags ^ buddy.flags) & kZoneBits) == 0;
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
bool buddy_merge_likely(page const* map, unsigned long pfn, unsigned order)
{
    if (order >= MAX_ORDER - 2)
        return false;
    unsigned long const merged = pfn & ~(1ul << order);
    return page_is_buddy(map[merged], map[merged ^ (2ul << order)], order + 1);
}

enum class list_end { kHead, kTail };

inline void link_free_block(zone& z, page& p, unsigned order, migratetype type, list_end end)
{
    struct free_area& area = z.free_area[order];
    list_head& list = area.free_list[type];
    p.private_ = order;
    set_page_type(p, PG_buddy);
    if (end == list_end::kHead)
        lib::list_add(p.buddy_list, list);
    else
        lib::list_add_tail(p.buddy_list, list);
    area.nr_free++;
}

// Puts the upper halves of a block of order `high` back until `low` is left.
void expand(zone& z, page& first, unsigned low, unsigned high, migratetype type)
{
    while (high > low) {
        high--;
        link_free_block(z, *(&first + (1ul << high)), high, type, list_end::kHead);
    }
}

} // namespace

void add_to_free_list(zone& z, page& p, unsigned order, migratetype type)
{
    link_free_block(z, p, order, type, list_end::kHead);
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

void __free_one_page(zone& z, page& p, unsigned order, free_place place)
{
    unsigned long pfn = pfn_of(z, p);
    migratetype const type = get_pageblock_migratetype(z, pfn);
    if (type != MIGRATE_ISOLATE)
        mod_zone_page_state(z, NR_FREE_PAGES, 1l << order);
    page* const map = z.zone_pgdat->node_mem_map;
    for (; order < MAX_ORDER - 1; order++) {
        unsigned long const buddy_pfn = pfn ^ (1ul << order);
        page& buddy = map[buddy_pfn];
        if (!page_is_buddy(p, buddy, order) ||
            (order >= pageblock_order && !may_merge_blocks(z, pfn, buddy_pfn)))
            break;
        del_page_from_free_list(z, buddy, order);
        pfn &= buddy_pfn;
    }
    bool const to_tail = place == free_place::kTail || buddy_merge_likely(map, pfn, order);
    link_free_block(z, map[pfn], order, type, to_tail ? list_end::kTail : list_end::kHead);
}

void free_one_page(zone& z, page& p, unsigned order, free_place place)
{
    unsigned long flags;
    lib::raw_spin_lock_irqsave(z.lock, flags);
    __free_one_page(z, p, order, place);
    lib::raw_spin_unlock_irqrestore(z.lock, flags);
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
        mod_zone_page_state(z, NR_FREE_PAGES, -(1l << order));
        if (check_new_pages(*z.zone_pgdat, *first, order))
            return first;
    }
}

} // namespace pagelab::mm
