// The heap: which page serves a request, and what becomes of a page when a block of it is freed.
#include "guestkernel/mm/slab/slob.hpp"

#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/page_alloc.hpp"

namespace pagelab::mm {

namespace {

slab& slab_of_link(list_head* link)
{
    return page_slab(*CONTAINER_OF(link, page, lru));
}

list_head& list_for(slob_heap& heap, size_t size)
{
    if (size < SLOB_BREAK1)
        return heap.free_slob_small;
    return size < SLOB_BREAK2 ? heap.free_slob_medium : heap.free_slob_large;
}

void set_slob_page_free(slab& sp, list_head& list)
{
    lib::list_add(sp.slab_list, list);
    set_page_flag(slab_page(sp), PG_slob_free);
}

void clear_slob_page_free(slab& sp)
{
    lib::list_del(sp.slab_list);
    clear_page_flag(slab_page(sp), PG_slob_free);
}

// A page that becomes full leaves its list.
void* take_from_page(slab& sp, size_t size, unsigned align, unsigned align_offset)
{
    void* const block = slob_page_alloc(sp, size, align, align_offset);
    if (sp.units == 0)
        clear_slob_page_free(sp);
    return block;
}

// Makes the list begin at `link`, which stays where it is between its neighbours.
void rotate_to_front(list_head& link, list_head& list)
{
    if (list.next != &link)
        lib::list_move_tail(list, link);
}

void* alloc_from_list(list_head& list, size_t size, unsigned align, unsigned align_offset)
{
    for (list_head* link = list.next; link != &list; link = link->next) {
        slab& sp = slab_of_link(link);
        if (sp.units < static_cast<long>(slob_units_for(size)))
            continue;
        void* const block = take_from_page(sp, size, align, align_offset);
        if (block == nullptr)
            continue;
        if (page_flag(slab_page(sp), PG_slob_free))
            rotate_to_front(sp.slab_list, list);
        return block;
    }
    return nullptr;
}

// A new page, with the first block already taken from it.
void* alloc_from_new_page(slob_heap& heap, size_t size, gfp_t gfp, unsigned align,
                          unsigned align_offset)
{
    void* const address = slob_new_pages(heap, gfp & ~__GFP_ZERO, 0);
    if (address == nullptr)
        return nullptr;
    slab& sp = page_slab(*direct_map_page(*heap.env, address));
    set_page_flag(slab_page(sp), PG_slab);
    auto* const block = static_cast<slobidx_t*>(address);
    sp.units = kSlobPageUnits;
    sp.freelist = block;
    set_slob(block, kSlobPageUnits, block + kSlobPageUnits);
    unsigned long flags;
    lib::spin_lock_irqsave(heap.slob_lock, flags);
    set_slob_page_free(sp, list_for(heap, size));
    void* const taken = take_from_page(sp, size, align, align_offset);
    lib::spin_unlock_irqrestore(heap.slob_lock, flags);
    return taken;
}

// Whether that made the page free, which then is on no list any more. Under slob_lock.
bool free_to_page(slob_heap& heap, page& p, void* block, size_t size)
{
    slab& sp = page_slab(p);
    auto* const first = static_cast<slobidx_t*>(block);
    unsigned const units = slob_units_for(size);
    bool const is_listed = page_flag(p, PG_slob_free);
    long const free_units = (is_listed ? sp.units : 0) + static_cast<long>(units);
    if (free_units == kSlobPageUnits) {
        if (is_listed)
            clear_slob_page_free(sp);
        clear_page_flag(p, PG_slab);
        sp.units = 0;
        return true;
    }
    sp.units = free_units;
    if (is_listed) {
        slob_page_insert(sp, first, units);
        return false;
    }
    sp.freelist = first;
    set_slob(first, units, slob_base(first) + kSlobPageUnits);
    set_slob_page_free(sp, list_for(heap, size));
    return false;
}

} // namespace

void* slob_new_pages(slob_heap& heap, gfp_t gfp, unsigned order)
{
    page* const first = heap.env->alloc_pages(*heap.env->pgdat, gfp, order);
    if (first == nullptr)
        return nullptr;
    mod_node_page_state(*heap.env->pgdat, NR_SLAB_UNRECLAIMABLE_B, 1l << order);
    return direct_map_address(*heap.env, *first);
}

Result<> slob_free_pages(slob_heap& heap, page& first, unsigned order)
{
    TRY(__free_pages(*heap.env->pgdat, first, order));
    mod_node_page_state(*heap.env->pgdat, NR_SLAB_UNRECLAIMABLE_B, -(1l << order));
    return {};
}

void* slob_alloc(slob_heap& heap, size_t size, gfp_t gfp, unsigned align, unsigned align_offset)
{
    unsigned long flags;
    lib::spin_lock_irqsave(heap.slob_lock, flags);
    void* block = alloc_from_list(list_for(heap, size), size, align, align_offset);
    lib::spin_unlock_irqrestore(heap.slob_lock, flags);
    if (block == nullptr)
        block = alloc_from_new_page(heap, size, gfp, align, align_offset);
    if (block == nullptr)
        return nullptr;
    if (gfp & __GFP_ZERO)
        memset(block, 0, size);
    return block;
}

void slob_free(slob_heap& heap, void* block, size_t size)
{
    page& p = *direct_map_page(*heap.env, block);
    unsigned long flags;
    lib::spin_lock_irqsave(heap.slob_lock, flags);
    bool const is_free = free_to_page(heap, p, block, size);
    lib::spin_unlock_irqrestore(heap.slob_lock, flags);
    if (is_free) // nothing can be done about a page that has become bad: it is lost
        static_cast<void>(slob_free_pages(heap, p, 0));
}

} // namespace pagelab::mm
