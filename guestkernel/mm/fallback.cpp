// The largest block of the other type is taken first: it brings the most along, and splits least.
#include "guestkernel/mm/fallback.hpp"

#include "guestkernel/mm/pageblock.hpp"

namespace pagelab::mm {

namespace {

constexpr migratetype kFallbacks[MIGRATE_PCPTYPES][MIGRATE_PCPTYPES - 1] = {
    {MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE},   // for Unmovable
    {MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE}, // for Movable
    {MIGRATE_UNMOVABLE, MIGRATE_MOVABLE},     // for Reclaimable
};

struct candidate {
    page* first; // null: none
    migratetype type;
};

candidate find_suitable_fallback(struct free_area& area, migratetype start_type)
{
    if (area.nr_free == 0)
        return {nullptr, start_type};
    for (migratetype type : kFallbacks[start_type]) {
        page* const first = get_page_from_free_area(area, type);
        if (first != nullptr)
            return {first, type};
    }
    return {nullptr, start_type};
}

// Whether a block of this order may take its pageblock's other free pages along. Unmovable and
// Reclaimable always may: scattered, they would spoil many pageblocks.
bool can_steal_fallback(unsigned order, migratetype start_type)
{
    return order >= pageblock_order / 2 || start_type == MIGRATE_RECLAIMABLE ||
           start_type == MIGRATE_UNMOVABLE;
}

void change_pageblock_range(zone& z, unsigned long pfn, unsigned order, migratetype type)
{
    for (unsigned long i = 0; i < 1ul << order; i += pageblock_nr_pages)
        set_pageblock_migratetype(z, pfn + i, type);
}

void steal_suitable_fallback(zone& z, page& p, migratetype start_type)
{
    unsigned const order = buddy_order(p);
    unsigned long const pfn = pfn_of(z, p);
    migratetype const old_type = get_pageblock_migratetype(z, pfn);
    moved_pages moved;
    if (old_type == MIGRATE_HIGHATOMIC) {
        move_to_free_list(z, p, order, start_type);
        return;
    }
    if (order >= pageblock_order)
        change_pageblock_range(z, pfn, order, start_type);
    else if (can_steal_fallback(order, start_type))
        moved = move_freepages_block(z, pfn, start_type);
    if (moved.free == 0) {
        move_to_free_list(z, p, order, start_type);
        return;
    }
    // Used pages that suit the new type: the movable ones, or, when the kernel takes over a Movable
    // pageblock, all others.
    unsigned long alike = 0;
    if (start_type == MIGRATE_MOVABLE)
        alike = moved.movable;
    else if (old_type == MIGRATE_MOVABLE)
        alike = pageblock_nr_pages - moved.free - moved.movable;
    if (moved.free + alike >= pageblock_nr_pages / 2)
        set_pageblock_migratetype(z, pfn, start_type);
}

} // namespace

moved_pages move_freepages_block(zone& z, unsigned long pfn, migratetype type)
{
    unsigned long start = pfn & ~(pageblock_nr_pages - 1);
    unsigned long const end = start + pageblock_nr_pages;
    if (!zone_spans_pfn(z, start))
        start = pfn;
    moved_pages moved;
    if (!zone_spans_pfn(z, end - 1))
        return moved;
    for (unsigned long at = start; at < end;) {
        page& p = z.zone_pgdat->node_mem_map[at];
        if (!page_buddy(p)) {
            moved.movable += page_flag(p, PG_lru) ? 1u : 0u;
            at++;
            continue;
        }
        unsigned const order = buddy_order(p);
        move_to_free_list(z, p, order, type);
        at += 1ul << order;
        moved.free += 1ul << order;
    }
    return moved;
}

bool rmqueue_fallback(zone& z, unsigned order, migratetype type, fallback_policy policy)
{
    unsigned const least = policy == fallback_policy::kAllowed || order > pageblock_order
                               ? order
                               : unsigned{pageblock_order};
    for (unsigned current = MAX_ORDER; current-- > least;) {
        candidate found = find_suitable_fallback(z.free_area[current], type);
        if (found.first == nullptr)
            continue;
        // A small Movable request that may not take the pageblock: the smallest block will do.
        if (!can_steal_fallback(current, type)) {
            for (current = order; current < MAX_ORDER; current++) {
                found = find_suitable_fallback(z.free_area[current], type);
                if (found.first != nullptr)
                    break;
            }
        }
        steal_suitable_fallback(z, *found.first, type);
        return true;
    }
    return false;
}

} // namespace pagelab::mm
