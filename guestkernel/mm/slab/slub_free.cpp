// Giving an object back: to the CPU's free list if it is of the CPU's slab, otherwise to its slab,
// which may then have to move.
#include "guestkernel/mm/slab/debug_process.hpp"
#include "guestkernel/mm/slab/debug_report.hpp"
#include "guestkernel/mm/slab/kmalloc.hpp"
#include "guestkernel/mm/slab/slub_node.hpp"

namespace pagelab::mm {

namespace {

// All of a CPU's partial slabs to the node; returns the empty ones it does not need.
slab* unfreeze_partials(kmem_cache& s, slab* first)
{
    slab* surplus = nullptr;
    while (first != nullptr) {
        slab& sl = *first;
        first = sl.next;
        clear_slab_frozen(sl);
        if (sl.inuse == 0 && has_enough_partial(s)) {
            sl.next = surplus;
            surplus = &sl;
        } else {
            add_partial(get_node(s), sl, list_end::tail);
        }
    }
    return surplus;
}

// The object back on its slab's list, under list_lock. Returns slabs to discard.
slab* put_object(kmem_cache& s, slab& sl, void* object)
{
    bool const was_full = sl.freelist == nullptr;
    set_freepointer(s, object, sl.freelist);
    sl.freelist = object;
    sl.inuse--;
    if (slab_frozen(sl))
        return nullptr;
    if (was_full) {
        set_slab_frozen(sl);
        return put_cpu_partial(s, sl, draining::allowed);
    }
    if (sl.inuse > 0 || !has_enough_partial(s))
        return nullptr;
    remove_partial(get_node(s), sl);
    sl.next = nullptr;
    return &sl;
}

[[gnu::noinline]] void free_slow(kmem_cache& s, slab& sl, void* object, uintptr_t caller)
{
    if (kmem_cache_debug(s)) {
        free_debugged(s, sl, object, caller);
        return;
    }
    kmem_cache_node& n = get_node(s);
    unsigned long flags;
    lib::raw_spin_lock_irqsave(n.list_lock, flags);
    slab* const surplus = put_object(s, sl, object);
    lib::raw_spin_unlock_irqrestore(n.list_lock, flags);
    discard_slabs(s, surplus);
}

// Its own cache if it has one: Linux' cache_from_obj.
[[gnu::noinline]] void free_misplaced(kmem_cache& s, void* object, uintptr_t caller)
{
    slab* const sl = virt_to_slab(s.caches->env, object);
    if (sl == nullptr) {
        WARN_BY(s.caches->env.warn, "virt_to_cache: Object is not a Slab page!\n");
        return;
    }
    report_wrong_cache(s, *sl, object);
    sl->slab_cache->ops->free(*sl->slab_cache, object, caller);
}

// What this CPU has, to the node; interrupts are off.
void flush_slab(void* cache)
{
    kmem_cache& s = *static_cast<kmem_cache*>(cache);
    kmem_cache_node& n = get_node(s);
    lib::raw_spin_lock(n.list_lock);
    kmem_cache_cpu& c = this_cpu_slab(s);
    slab* const unused = c.slab != nullptr ? deactivate_slab(s, c) : nullptr;
    slab* const partial = c.partial;
    c.partial = nullptr;
    slab* const surplus = unfreeze_partials(s, partial);
    lib::raw_spin_unlock(n.list_lock);
    discard_slabs(s, unused);
    discard_slabs(s, surplus);
}

inline void free_fast(kmem_cache& s, slab& sl, void* object, uintptr_t caller)
{
    if (!lib::percpu_list_push<kCpuSlabs>(&s, &sl, object))
        free_slow(s, sl, object, caller);
}

} // namespace

slab* deactivate_slab(kmem_cache& s, kmem_cache_cpu& c)
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
    if (sl.inuse == 0 && has_enough_partial(s)) {
        sl.next = nullptr;
        return &sl;
    }
    if (sl.freelist != nullptr)
        add_partial(get_node(s), sl, list_end::tail);
    return nullptr;
}

slab* put_cpu_partial(kmem_cache& s, slab& sl, draining drain)
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
    return unfreeze_partials(s, surplus);
}

void flush_cpu_slabs(kmem_cache& s)
{
    slab_output(s).on_each_cpu(flush_slab, &s);
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
