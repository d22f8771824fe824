// Giving an object back: to the CPU's array; when that is full, its oldest ones to the shared array
// or their slabs.
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/slab/kmalloc.hpp"
#include "guestkernel/mm/slab/slab_array.hpp"
#include "guestkernel/mm/slab/slab_array_debug.hpp"
#include "guestkernel/mm/slab/slab_array_operations.hpp"

namespace pagelab::mm {

namespace {

// To the slab's list; the slab moves to where it now belongs.
void free_one(kmem_cache& s, void* slot)
{
    kmem_cache_node_array& n = *s.array.node;
    slab& sl = *virt_to_slab(s.caches->env, slot);
    slab_put_obj(s, sl, slot);
    n.free_objects++;
    n.stats.num_active--;
    if (sl.active == 0) {
        lib::list_move(sl.slab_list, n.slabs_free);
        n.free_slabs++;
    } else {
        lib::list_move_tail(sl.slab_list, n.slabs_partial);
    }
}

// Free slabs beyond the limit, least recently used first.
void trim_free_slabs(kmem_cache& s)
{
    kmem_cache_node_array const& n = *s.array.node;
    while (n.free_objects > n.free_limit && drain_freelist(s, 1) == 1) {
    }
}

void cache_flusharray(kmem_cache& s, array_cache& ac)
{
    kmem_cache_node_array& n = *s.array.node;
    unsigned nr = ac.batchcount;
    unsigned const room = n.shared != nullptr ? n.shared->limit - n.shared->avail : 0;
    if (room > 0) {
        nr = nr < room ? nr : room;
        memcpy(array_entries(*n.shared) + n.shared->avail, array_entries(ac), nr * sizeof(void*));
        n.shared->avail += nr;
    } else {
        free_block(s, array_entries(ac), nr);
    }
    if (n.free_slabs > n.stats.max_freeable)
        n.stats.max_freeable = n.free_slabs;
    ac.avail -= nr;
    memmove(array_entries(ac), array_entries(ac) + nr, ac.avail * sizeof(void*));
}

void free_debugged(kmem_cache& s, slab& sl, void* object, uintptr_t caller)
{
    void* const slot = cache_free_debugcheck(s, sl, object, caller);
    if (slot == nullptr)
        return; // reported; it stays what it was
    array_stats& stats = s.array.node->stats;
    array_cache& ac = cpu_cache_get(s);
    if (ac.avail < ac.limit) {
        stats.freehit++;
        array_entries(ac)[ac.avail++] = slot;
    } else {
        stats.freemiss++;
        cache_free_full(s, slot);
    }
}

// Of a cache that is not debugged.
inline void free_fast(kmem_cache& s, void* object, uintptr_t caller)
{
    array_cache& ac = cpu_cache_get(s);
    unsigned const avail = ac.avail;
    if (avail == ac.limit) [[unlikely]] {
        slab_array_free_rare(s, object, caller);
        return;
    }
    ac.avail = avail + 1;
    array_entries(ac)[avail] = object;
}

} // namespace

void free_block(kmem_cache& s, void* const* slots, unsigned nr)
{
    for (unsigned i = 0; i < nr; i++)
        free_one(s, slots[i]);
    trim_free_slabs(s);
}

void cache_free_full(kmem_cache& s, void* slot)
{
    array_cache& ac = cpu_cache_get(s);
    if (ac.limit == 0) {
        free_block(s, &slot, 1);
        return;
    }
    cache_flusharray(s, ac);
    array_entries(ac)[ac.avail++] = slot;
}

void slab_array_free_rare(kmem_cache& s, void* object, uintptr_t caller)
{
    slab* const sl = virt_to_slab(s.caches->env, object);
    if (sl == nullptr || sl->slab_cache != &s)
        free_misplaced(s, sl, object, caller);
    else if (kmem_cache_debug(s))
        free_debugged(s, *sl, object, caller);
    else
        cache_free_full(s, object);
}

void slab_array_free(kmem_cache& s, void* object, uintptr_t caller)
{
    slab* const sl = virt_to_head(s.caches->env, object);
    if (sl != nullptr && sl->slab_cache == &s) [[likely]]
        free_fast(s, object, caller);
    else
        slab_array_free_rare(s, object, caller);
}

void slab_array_kfree(slab_caches& caches, void* object, uintptr_t caller)
{
    slab* const sl = virt_to_slab(caches.env, object);
    if (sl == nullptr) [[unlikely]]
        free_large_kmalloc(caches, object);
    else if (kmem_cache_debug(*sl->slab_cache)) [[unlikely]]
        slab_array_free_rare(*sl->slab_cache, object, caller);
    else
        free_fast(*sl->slab_cache, object, caller);
}

} // namespace pagelab::mm
