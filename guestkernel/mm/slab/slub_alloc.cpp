// Taking an object: from the CPU's free list, its slab, its partial slabs, the node's, new pages.
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/slab/debug_process.hpp"
#include "guestkernel/mm/slab/debug_report.hpp"
#include "guestkernel/mm/slab/kmalloc.hpp"
#include "guestkernel/mm/slab/slub_node.hpp"

namespace pagelab::mm {

namespace {

// All of the slab's free objects, which the CPU now owns; those it had on its list are gone.
void* take_freelist(slab& sl)
{
    void* const objects = sl.freelist;
    sl.freelist = nullptr;
    sl.inuse = static_cast<uint16_t>(slab_objects(sl));
    return objects;
}

// From the CPU's slab, if other CPUs have put something there, else from the CPU's partial slabs.
void* refill_from_cpu(kmem_cache_cpu& c)
{
    if (c.slab != nullptr) {
        if (c.slab->freelist != nullptr)
            return take_freelist(*c.slab);
        clear_slab_frozen(*c.slab); // full, and nobody's
    }
    c.slab = c.partial;
    if (c.slab == nullptr)
        return nullptr;
    c.partial = c.slab->next;
    return take_freelist(*c.slab);
}

// From the node's first partial slab; a few more go to the CPU's partial slabs at once.
void* refill_from_node(kmem_cache& s, kmem_cache_cpu& c)
{
    kmem_cache_node& n = get_node(s);
    unsigned taken = 0;
    while (!lib::list_empty(n.partial) && taken <= s.cpu_partial_slabs / 2 + 1) {
        slab& sl = slab_of_link(n.partial.next);
        remove_partial(n, sl);
        set_slab_frozen(sl);
        if (taken++ == 0)
            c.slab = &sl;
        else
            static_cast<void>(put_cpu_partial(s, sl, draining::never));
    }
    return taken > 0 ? take_freelist(*c.slab) : nullptr;
}

// From what the CPU and the node have; interrupts are off. While they were on, a handler or a
// thread may have filled the CPU's list.
void* refill(kmem_cache& s)
{
    kmem_cache_cpu& c = this_cpu_slab(s);
    void* object = c.freelist;
    if (object == nullptr) {
        kmem_cache_node& n = get_node(s);
        lib::raw_spin_lock(n.list_lock);
        object = refill_from_cpu(c);
        if (object == nullptr)
            object = refill_from_node(s, c);
        lib::raw_spin_unlock(n.list_lock);
    }
    if (object != nullptr)
        c.freelist = get_freepointer(s, object);
    return object;
}

// From new pages. The CPU, which may be another one by now, may have got a slab meanwhile.
void* refill_from_pages(kmem_cache& s, gfp_t gfp)
{
    slab* const sl = new_slab(s, gfp);
    if (sl == nullptr)
        return nullptr;
    set_slab_frozen(*sl);
    void* const object = take_freelist(*sl);
    kmem_cache_node& n = get_node(s);
    unsigned long flags;
    lib::raw_spin_lock_irqsave(n.list_lock, flags);
    kmem_cache_cpu& c = this_cpu_slab(s);
    slab* const surplus = c.slab != nullptr ? deactivate_slab(s, c) : nullptr;
    c.slab = sl;
    c.freelist = get_freepointer(s, object);
    lib::raw_spin_unlock_irqrestore(n.list_lock, flags);
    discard_slabs(s, surplus);
    return object;
}

void* alloc_slow(kmem_cache& s, gfp_t gfp, uintptr_t caller)
{
    if (kmem_cache_debug(s))
        return alloc_debugged(s, gfp, caller);
    unsigned long flags;
    lib::local_irq_save(flags);
    void* const object = refill(s);
    lib::local_irq_restore(flags);
    return object != nullptr ? object : refill_from_pages(s, gfp);
}

[[gnu::noinline]] void* alloc_rare(kmem_cache& s, gfp_t gfp, uintptr_t caller, void* object)
{
    if (object == nullptr)
        object = alloc_slow(s, gfp, caller);
    if (object == nullptr)
        report_out_of_memory(s, gfp);
    else if (gfp & __GFP_ZERO)
        memset(object, 0, s.object_size);
    return object;
}

inline void* alloc_fast(kmem_cache& s, gfp_t gfp, uintptr_t caller)
{
    void* object;
    if (!lib::percpu_list_pop<kCpuSlabs>(&s, object)) [[unlikely]]
        return alloc_rare(s, gfp, caller, nullptr);
    if (gfp & __GFP_ZERO) [[unlikely]]
        return alloc_rare(s, gfp, caller, object);
    return object;
}

} // namespace

void* slub_kmalloc(slab_caches& caches, size_t size, gfp_t gfp, uintptr_t caller)
{
    bool const is_plain = (gfp & (kKmallocRefused | kKmallocNotNormal)) == 0;
    if (!is_plain || size - 1 >= KMALLOC_MAX_CACHE_SIZE) [[unlikely]]
        return kmalloc_from_caches(caches, size, gfp, caller);
    kmem_cache* const s = caches.kmalloc_caches[KMALLOC_NORMAL][kmalloc_index(size)];
    return s == nullptr ? nullptr : alloc_fast(*s, gfp, caller);
}

void* slub_alloc(kmem_cache& s, gfp_t gfp, uintptr_t caller)
{
    return alloc_fast(s, gfp, caller);
}

} // namespace pagelab::mm
