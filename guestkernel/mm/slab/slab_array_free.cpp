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
void trim_free_slabs(kmem_cache& s, list_head& surplus)
{
    kmem_cache_node_array& n = *s.array.node;
    while (n.free_objects > n.free_limit && !lib::list_empty(n.slabs_free)) {
        lib::list_move_tail(*n.slabs_free.prev, surplus);
        n.free_slabs--;
        n.total_slabs--;
        n.free_objects -= s.array.num;
    }
}

// Some of the array's objects, oldest first, to the shared array or their slabs.
void cache_flusharray(kmem_cache& s, array_cache& ac)
{
    kmem_cache_node_array& n = *s.array.node;
    list_head surplus;
    lib::init_list_head(surplus);
    unsigned nr = ac.batchcount;
    lib::raw_spin_lock(n.list_lock);
    unsigned const room = n.shared != nullptr ? n.shared->limit - n.shared->avail : 0;
    if (room > 0) {
        nr = nr < room ? nr : room;
        memcpy(array_entries(*n.shared) + n.shared->avail, array_entries(ac), nr * sizeof(void*));
        n.shared->avail += nr;
    } else {
        free_block(s, array_entries(ac), nr, surplus);
    }
    if (n.free_slabs > n.stats.max_freeable)
        n.stats.max_freeable = n.free_slabs;
    lib::raw_spin_unlock(n.list_lock);
    ac.avail -= nr;
    memmove(array_entries(ac), array_entries(ac) + nr, ac.avail * sizeof(void*));
    slabs_destroy(s, surplus);
}

void free_to_slab(kmem_cache& s, void* slot)
{
    kmem_cache_node_array& n = *s.array.node;
    list_head surplus;
    lib::init_list_head(surplus);
    lib::raw_spin_lock(n.list_lock);
    free_block(s, &slot, 1, surplus);
    lib::raw_spin_unlock(n.list_lock);
    slabs_destroy(s, surplus);
}

void put_slot(kmem_cache& s, void* slot)
{
    unsigned long flags;
    lib::local_irq_save(flags);
    array_cache& ac = cpu_cache_get(s);
    if (ac.limit == 0) {
        free_to_slab(s, slot);
    } else {
        if (ac.avail == ac.limit)
            cache_flusharray(s, ac);
        array_entries(ac)[ac.avail++] = slot;
    }
    lib::local_irq_restore(flags);
}

void free_debugged(kmem_cache& s, slab& sl, void* object, uintptr_t caller)
{
    void* const slot = cache_free_debugcheck(s, sl, object, caller);
    if (slot == nullptr)
        return; // reported; it stays what it was
    array_stats& stats = s.array.node->stats;
    array_cache const& ac = cpu_cache_get(s);
    bool const is_hit = lib::read_once(ac.avail) < lib::read_once(ac.limit);
    lib::atomic_add(is_hit ? stats.freehit : stats.freemiss, 1);
    put_slot(s, slot);
}

// Of a cache that is not debugged.
inline void free_fast(kmem_cache& s, void* object, uintptr_t caller)
{
    unsigned long flags;
    lib::local_irq_save(flags);
    array_cache& ac = cpu_cache_get(s);
    unsigned const avail = ac.avail;
    if (avail == ac.limit) [[unlikely]] {
        lib::local_irq_restore(flags);
        slab_array_free_rare(s, object, caller);
        return;
    }
    ac.avail = avail + 1;
    array_entries(ac)[avail] = object;
    lib::local_irq_restore(flags);
}

} // namespace

void free_block(kmem_cache& s, void* const* slots, unsigned nr, list_head& surplus)
{
    for (unsigned i = 0; i < nr; i++)
        free_one(s, slots[i]);
    trim_free_slabs(s, surplus);
}

void slabs_destroy(kmem_cache& s, list_head& surplus)
{
    while (!lib::list_empty(surplus)) {
        slab& sl = slab_of_link(surplus.next);
        lib::list_del(sl.slab_list);
        slab_destroy(s, sl);
    }
}

void slab_array_free_rare(kmem_cache& s, void* object, uintptr_t caller)
{
    slab* const sl = virt_to_slab(s.caches->env, object);
    if (sl == nullptr || sl->slab_cache != &s)
        free_misplaced(s, sl, object, caller);
    else if (kmem_cache_debug(s))
        free_debugged(s, *sl, object, caller);
    else
        put_slot(s, object);
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
