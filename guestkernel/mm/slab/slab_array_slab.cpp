// One slab of SLAB's: its pages, its list of free objects, and its objects made ready.
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/slab/slab_array.hpp"
#include "guestkernel/mm/slab/slab_array_debug.hpp"
#include "guestkernel/mm/slab/slab_pages.hpp"

namespace pagelab::mm {

namespace {

freelist_idx_t* freelist_of(slab& sl)
{
    return static_cast<freelist_idx_t*>(sl.freelist);
}

// Bytes from the slab's begin to its first object.
size_t next_colour(kmem_cache& s)
{
    kmem_cache_node_array& n = *s.array.node;
    unsigned long flags;
    lib::spin_lock_irqsave(n.list_lock, flags);
    n.colour_next++;
    if (n.colour_next >= s.array.colour)
        n.colour_next = 0;
    unsigned const colour = n.colour_next;
    lib::spin_unlock_irqrestore(n.list_lock, flags);
    return size_t{colour} * s.array.colour_off;
}

// Where the free list goes; null: no memory.
void* alloc_slabmgmt(kmem_cache& s, slab& sl, gfp_t gfp)
{
    if (is_objfreelist_slab(s))
        return index_to_slot(s, sl, s.array.num - 1);
    if (is_off_slab(s))
        return kmem_cache_alloc(*s.array.freelist_cache, gfp & ~__GFP_ZERO);
    return slab_address(s.caches->env, sl) + (kPageSize << s.array.gfporder) -
           s.array.freelist_size;
}

} // namespace

slab* cache_grow(kmem_cache& s, gfp_t gfp)
{
    slab* const sl = alloc_slab_pages(s, gfp, s.array.gfporder);
    if (sl == nullptr) {
        slab_out_of_memory(s, gfp);
        return nullptr;
    }
    sl->s_mem = slab_address(s.caches->env, *sl) + next_colour(s);
    sl->active = 0;
    sl->freelist = alloc_slabmgmt(s, *sl, gfp);
    if (sl->freelist == nullptr) {
        free_slab_pages(s, *sl, s.array.gfporder);
        return nullptr;
    }
    for (unsigned i = 0; i < s.array.num; i++) {
        char* const slot = index_to_slot(s, *sl, i);
        if (kmem_cache_debug(s))
            cache_init_obj_debug(s, slot);
        else if (s.ctor != nullptr)
            s.ctor(slot);
    }
    for (unsigned i = 0; i < s.array.num; i++)
        freelist_of(*sl)[i] = static_cast<freelist_idx_t>(i);
    return sl;
}

void slab_destroy(kmem_cache& s, slab& sl)
{
    if (kmem_cache_debug(s))
        slab_destroy_debugcheck(s, sl);
    void* const freelist = sl.freelist;
    free_slab_pages(s, sl, s.array.gfporder);
    if (is_off_slab(s))
        kmem_cache_free(*s.array.freelist_cache, freelist);
}

void* slab_get_obj(kmem_cache& s, slab& sl)
{
    char* const slot = index_to_slot(s, sl, freelist_of(sl)[sl.active]);
    sl.active++;
    if (sl.active == s.array.num && is_objfreelist_slab(s))
        sl.freelist = nullptr; // it is handed out
    return slot;
}

void slab_put_obj(kmem_cache& s, slab& sl, void* slot)
{
    sl.active--;
    if (sl.freelist == nullptr)
        sl.freelist = slot;
    freelist_of(sl)[sl.active] = static_cast<freelist_idx_t>(slot_to_index(s, sl, slot));
}

} // namespace pagelab::mm
