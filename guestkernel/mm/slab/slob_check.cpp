// Verifies the heap's pages that have free blocks, and returns the first damage found.
#include "guestkernel/mm/slab/slob.hpp"

namespace pagelab::mm {

namespace {

struct slob_checker {
    slob_heap const& heap;

    static slab_damage report(char const* what, void const* address)
    {
        return {what, nullptr, address};
    }

    bool is_page_link(list_head const* link) const
    {
        pglist_data const& pgdat = *heap.env->pgdat;
        uintptr_t const offset = reinterpret_cast<uintptr_t>(link) -
                                 reinterpret_cast<uintptr_t>(&pgdat.node_mem_map->lru);
        auto const pfn = static_cast<unsigned long>(offset / sizeof(page));
        return offset % sizeof(page) == 0 && pfn - pgdat.node_start_pfn < pgdat.node_spanned_pages;
    }

    slab_damage check_blocks(slab const& sp) const;
    slab_damage check_list(list_head const& list) const;
};

slab_damage slob_checker::check_blocks(slab const& sp) const
{
    auto* const base = reinterpret_cast<slobidx_t*>(direct_map_address(*heap.env, slab_page(sp)));
    auto const* block = static_cast<slobidx_t const*>(sp.freelist);
    slobidx_t const* free_end = nullptr; // of the block before
    long units = 0;
    do {
        if (block < base || block >= base + kSlobPageUnits)
            return report("free block is not in its page", block);
        if (free_end != nullptr && block <= free_end)
            return report("free blocks touch or are out of order", block);
        free_end = block + slob_units(block);
        units += static_cast<long>(slob_units(block));
        block = slob_next(block);
    } while (free_end <= base + kSlobPageUnits && block != base + kSlobPageUnits);
    if (free_end > base + kSlobPageUnits)
        return report("free block leaves its page", free_end);
    if (units != sp.units)
        return report("units differ from the free blocks", &sp);
    return units < kSlobPageUnits ? slab_damage{} : report("page is free and was kept", &sp);
}

slab_damage slob_checker::check_list(list_head const& list) const
{
    list_head const* previous = &list;
    unsigned long pages = 0;
    for (list_head* link = list.next; link != &list; link = link->next) {
        if (!is_page_link(link))
            return report("list leads to no page", previous);
        if (link->prev != previous)
            return report("list does not lead back", link);
        page& p = *CONTAINER_OF(link, page, lru);
        if (!page_flag(p, PG_slab) || !page_flag(p, PG_slob_free))
            return report("page is not the heap's", &p);
        if (++pages > heap.env->pgdat->node_spanned_pages)
            return report("list does not end", link);
        if (slab_damage const found = check_blocks(page_slab(p)))
            return found;
        previous = link;
    }
    return list.prev == previous ? slab_damage{} : report("list does not lead back", &list);
}

} // namespace

slab_damage check_slob(slab_caches const& caches)
{
    slob_heap const& heap = *static_cast<slob_heap const*>(caches.allocator);
    slob_checker const checker{heap};
    list_head const* const lists[] = {&heap.free_slob_small, &heap.free_slob_medium,
                                      &heap.free_slob_large};
    for (list_head const* list : lists) {
        if (slab_damage const found = checker.check_list(*list))
            return found;
    }
    return {};
}

} // namespace pagelab::mm
