#include "guestkernel/mm/slab/slob.hpp"

#include "guestkernel/lib/align.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/page_alloc.hpp"

namespace pagelab::mm {

namespace {

slab& slab_of_link(list_head* link)
{
    return page_slab(*CONTAINER_OF(link, page, lru));
}

slobidx_t* first_block(slab const& sp)
{
    return static_cast<slobidx_t*>(sp.freelist);
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

// Makes `next` follow `prev`; null: the page's first block.
void link_after(slab& sp, slobidx_t* prev, slobidx_t* next)
{
    if (prev != nullptr)
        set_slob(prev, slob_units(prev), next);
    else
        sp.freelist = next;
}

// Units to skip in the block, for the sake of alignment.
unsigned units_to_align(slobidx_t const* block, unsigned align, unsigned align_offset)
{
    uintptr_t const at = reinterpret_cast<uintptr_t>(block);
    uintptr_t const aligned = lib::align_up<uintptr_t>(at + align_offset, align) - align_offset;
    return static_cast<unsigned>((aligned - at) / SLOB_UNIT);
}

// `units` from the block, which has them behind `skip`; what is left on either side stays free.
void* take_from(slab& sp, slobidx_t* prev, slobidx_t* block, unsigned units, unsigned skip)
{
    slobidx_t* const next = slob_next(block);
    unsigned const left = slob_units(block) - skip - units;
    slobidx_t* const taken = block + skip;
    slobidx_t* const rest = taken + units;
    if (left > 0)
        set_slob(rest, left, next);
    slobidx_t* const follower = left > 0 ? rest : next;
    if (skip > 0)
        set_slob(block, skip, follower);
    else
        link_after(sp, prev, follower);
    sp.units -= static_cast<long>(units);
    if (sp.units == 0)
        clear_slob_page_free(sp);
    return taken;
}

// First fit; null: no block is long enough.
void* slob_page_alloc(slab& sp, size_t size, unsigned align, unsigned align_offset)
{
    unsigned const units = slob_units_for(size);
    slobidx_t* prev = nullptr;
    for (slobidx_t* block = first_block(sp);; block = slob_next(block)) {
        unsigned const skip = units_to_align(block, align, align_offset);
        if (slob_units(block) >= units + skip)
            return take_from(sp, prev, block, units, skip);
        if (slob_last(block))
            return nullptr;
        prev = block;
    }
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
        void* const block = slob_page_alloc(sp, size, align, align_offset);
        if (block == nullptr)
            continue;
        if (page_flag(slab_page(sp), PG_slob_free))
            rotate_to_front(sp.slab_list, list);
        return block;
    }
    return nullptr;
}

slab* add_page(slob_heap& heap, list_head& list, gfp_t gfp)
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
    set_slob_page_free(sp, list);
    return &sp;
}

// Into the order of addresses, merging with the free neighbours.
void insert_block(slab& sp, slobidx_t* block, unsigned units)
{
    slobidx_t* prev = nullptr;
    slobidx_t* next = first_block(sp);
    slobidx_t* const end = slob_base(block) + kSlobPageUnits;
    while (next < block) {
        prev = next;
        next = slob_next(next);
    }
    if (next < end && block + units == next) {
        units += slob_units(next);
        next = slob_next(next);
    }
    if (prev != nullptr && prev + slob_units(prev) == block) {
        set_slob(prev, slob_units(prev) + units, next);
        return;
    }
    set_slob(block, units, next);
    link_after(sp, prev, block);
}

} // namespace

void set_slob(slobidx_t* block, unsigned units, slobidx_t const* next)
{
    auto const offset = static_cast<slobidx_t>(next - slob_base(block));
    if (units > 1) {
        block[0] = static_cast<slobidx_t>(units);
        block[1] = offset;
    } else {
        block[0] = static_cast<slobidx_t>(-offset);
    }
}

void* slob_new_pages(slob_heap& heap, gfp_t gfp, unsigned order)
{
    page* const first = heap.env->alloc_pages(*heap.env->pgdat, gfp, order);
    if (first == nullptr)
        return nullptr;
    heap.env->pgdat->vm_stat[NR_SLAB_UNRECLAIMABLE_B] += 1l << order;
    return direct_map_address(*heap.env, *first);
}

Result<> slob_free_pages(slob_heap& heap, page& first, unsigned order)
{
    TRY(__free_pages(*heap.env->pgdat, first, order));
    heap.env->pgdat->vm_stat[NR_SLAB_UNRECLAIMABLE_B] -= 1l << order;
    return {};
}

void* slob_alloc(slob_heap& heap, size_t size, gfp_t gfp, unsigned align, unsigned align_offset)
{
    list_head& list = list_for(heap, size);
    void* block = alloc_from_list(list, size, align, align_offset);
    if (block == nullptr) {
        slab* const sp = add_page(heap, list, gfp);
        if (sp == nullptr)
            return nullptr;
        block = slob_page_alloc(*sp, size, align, align_offset);
    }
    if (gfp & __GFP_ZERO)
        memset(block, 0, size);
    return block;
}

void slob_free(slob_heap& heap, void* block, size_t size)
{
    page& p = *direct_map_page(*heap.env, block);
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
        // Nothing can be done about a page that has become bad: it is lost.
        static_cast<void>(slob_free_pages(heap, p, 0));
        return;
    }
    sp.units = free_units;
    if (is_listed) {
        insert_block(sp, first, units);
        return;
    }
    sp.freelist = first;
    set_slob(first, units, slob_base(first) + kSlobPageUnits);
    set_slob_page_free(sp, list_for(heap, size));
}

} // namespace pagelab::mm
