// Giving an object back: to the CPU's free list if it is of the CPU's slab, otherwise to its slab,
// which may then have to move.
#include "guestkernel/mm/slab/debug_process.hpp"
#include "guestkernel/mm/slab/debug_report.hpp"
#include "guestkernel/mm/slab/kmalloc.hpp"
#include "guestkernel/mm/slab/slub_node.hpp"

namespace pagelab::mm {

namespace {

// All of a CPU's partial slabs to the node; empty ones it does not need, to the page allocator.
void unfreeze_partials(kmem_cache& s, slab* first)
{
    while (first != nullptr) {
        slab& sl = *first;
        first = sl.next;
        clear_slab_frozen(sl);
        if (sl.inuse == 0 && has_enough_partial(s))
            discard_slab(s, sl);
        else
            add_partial(get_node(s), sl, list_end::tail);
    }
}

[[gnu::noinline]] void free_slow(kmem_cache& s, slab& sl, void* object, uintptr_t caller)
{
    if (kmem_cache_debug(s)) {
        free_debugged(s, sl, object, caller);
        return;
    }
    bool const was_full = sl.freelist == nullptr;
    set_freepointer(s, object, sl.freelist);
    sl.freelist = object;
    sl.inuse--;
    if (slab_frozen(sl))
        return;
    if (was_full) {
        set_slab_frozen(sl);
        put_cpu_partial(s, sl, draining::allowed);
    } else if (sl.inuse == 0 && has_enough_partial(s)) {
        remove_partial(get_node(s), sl);
        discard_slab(s, sl);
    }
}

// Its own cache if it has one: Linux' cache_from_obj.
[[gnu::noinline]] void free_misplaced(kmem_cache& s, void* object, uintptr_t caller)
{
    slab* const sl = virt_to_slab(s.caches->env, object);
    if (sl == nullptr) {
        s.caches->env.warn("virt_to_cache: Object is not a Slab page!\n");
        return;
    }
    report_wrong_cache(s, *sl, object);
    sl->slab_cache->ops->free(*sl->slab_cache, object, caller);
}

// The CPU's slab to the node, with the objects of the CPU's list.
void deactivate_slab(kmem_cache& s, kmem_cache_cpu& c)
{
    slab& sl = *c.slab;
    for (void* object = c.freelist; object != nullptr;) {
        void* const next = get_freepointer(s, object);
        set_freepointer(s, object, sl.freelist);
        sl.freelist = object;
        sl.inuse--;
        object = next;
    }
    c.slab = nullptr;
    c.freelist = nullptr;
    clear_slab_frozen(sl);
    if (sl.inuse == 0 && has_enough_partial(s))
        discard_slab(s, sl);
    else if (sl.freelist != nullptr)
        add_partial(get_node(s), sl, list_end::tail);
}

inline void free_fast(kmem_cache& s, slab& sl, void* object, uintptr_t caller)
{
    kmem_cache_cpu& c = this_cpu_slab(s);
    if (&sl != c.slab) {
        free_slow(s, sl, object, caller);
        return;
    }
    set_freepointer(s, object, c.freelist);
    c.freelist = object;
}

} // namespace

void put_cpu_partial(kmem_cache& s, slab& sl, draining drain)
{
    kmem_cache_cpu& c = this_cpu_slab(s);
    slab* older = c.partial;
    slab* surplus = nullptr;
    if (older != nullptr && drain == draining::allowed &&
        static_cast<unsigned>(older->slabs) >= s.cpu_partial_slabs) {
        surplus = older;
        older = nullptr;
    }
    sl.slabs = older != nullptr ? older->slabs + 1 : 1;
    sl.next = older;
    c.partial = &sl;
    unfreeze_partials(s, surplus);
}

void flush_cpu_slabs(kmem_cache& s)
{
    for (unsigned cpu = 0; cpu < s.caches->env.pgdat->nr_online_cpus; cpu++) {
        kmem_cache_cpu& c = s.cpu_slab[cpu];
        if (c.slab != nullptr)
            deactivate_slab(s, c);
        slab* const partial = c.partial;
        c.partial = nullptr;
        unfreeze_partials(s, partial);
    }
}

void slub_free(kmem_cache& s, void* object, uintptr_t caller)
{
    slab* const sl = virt_to_head(s.caches->env, object);
    if (sl != nullptr && sl->slab_cache == &s) [[likely]]
        free_fast(s, *sl, object, caller);
    else
        free_misplaced(s, object, caller);
}

void slub_kfree(slab_caches& caches, void* object, uintptr_t caller)
{
    slab* const sl = virt_to_slab(caches.env, object);
    if (sl == nullptr) [[unlikely]]
        free_large_kmalloc(caches, object);
    else
        free_fast(*sl->slab_cache, *sl, object, caller);
}

} // namespace pagelab::mm
