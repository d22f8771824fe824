// Taking an object: from the CPU's array, the shared one, partial slabs, free slabs, new pages.
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/slab/kmalloc.hpp"
#include "guestkernel/mm/slab/slab_array.hpp"
#include "guestkernel/mm/slab/slab_array_debug.hpp"
#include "guestkernel/mm/slab/slab_array_operations.hpp"

namespace pagelab::mm {

namespace {

// What a CPU without an array uses for one refill.
struct single_array {
    array_cache ac;
    void* entry[1];
};
static_assert(offsetof(single_array, entry) == sizeof(array_cache));

unsigned transfer_objects(array_cache& to, array_cache& from, unsigned max)
{
    unsigned nr = from.avail < max ? from.avail : max;
    if (nr > to.limit - to.avail)
        nr = to.limit - to.avail;
    memcpy(array_entries(to) + to.avail, array_entries(from) + from.avail - nr, nr * sizeof(void*));
    from.avail -= nr;
    to.avail += nr;
    return nr;
}

// A slab with free objects, partial ones first; null: none.
slab* get_first_slab(kmem_cache_node_array& n)
{
    if (!lib::list_empty(n.slabs_partial))
        return &slab_of_link(n.slabs_partial.next);
    n.free_touched = true;
    if (lib::list_empty(n.slabs_free))
        return nullptr;
    n.free_slabs--;
    return &slab_of_link(n.slabs_free.next);
}

void count_allocations(array_stats& stats, unsigned nr)
{
    stats.num_allocations += nr;
    stats.num_active += nr;
    if (stats.num_active > stats.high_mark)
        stats.high_mark = stats.num_active;
}

void refill_from_slabs(kmem_cache& s, array_cache& ac, unsigned batchcount)
{
    kmem_cache_node_array& n = *s.array.node;
    while (ac.avail < batchcount) {
        slab* const sl = get_first_slab(n);
        if (sl == nullptr)
            break;
        while (sl->active < s.array.num && ac.avail < batchcount)
            array_entries(ac)[ac.avail++] = slab_get_obj(s, *sl);
        lib::list_move(sl->slab_list, sl->active == s.array.num ? n.slabs_full : n.slabs_partial);
    }
    n.free_objects -= ac.avail;
    count_allocations(n.stats, ac.avail);
}

bool add_new_slab(kmem_cache& s, gfp_t gfp)
{
    slab* const sl = cache_grow(s, gfp);
    if (sl == nullptr)
        return false;
    kmem_cache_node_array& n = *s.array.node;
    unsigned long flags;
    lib::spin_lock_irqsave(n.list_lock, flags);
    lib::list_add_tail(sl->slab_list, n.slabs_free);
    n.total_slabs++;
    n.free_slabs++;
    n.free_objects += s.array.num;
    n.stats.grown++;
    lib::spin_unlock_irqrestore(n.list_lock, flags);
    return true;
}

// Fills the empty array, as far as the node has objects.
void refill(kmem_cache& s, array_cache& ac)
{
    kmem_cache_node_array& n = *s.array.node;
    unsigned batchcount = ac.batchcount;
    if (ac.touched == 0 && batchcount > BATCHREFILL_LIMIT)
        batchcount = BATCHREFILL_LIMIT;
    lib::raw_spin_lock(n.list_lock);
    if (n.shared != nullptr && transfer_objects(ac, *n.shared, batchcount) > 0)
        n.shared->touched = 1;
    else
        refill_from_slabs(s, ac, batchcount);
    lib::raw_spin_unlock(n.list_lock);
}

// The CPU's newest, or one of the node's; null: there is none. Interrupts are off.
void* take_kept(kmem_cache& s)
{
    array_cache& ac = cpu_cache_get(s);
    if (ac.limit == 0) {
        single_array single = {{0, 1, 1, 1}, {}};
        refill(s, single.ac);
        return single.ac.avail > 0 ? single.entry[0] : nullptr;
    }
    if (ac.avail == 0)
        refill(s, ac);
    if (ac.avail == 0)
        return nullptr;
    ac.touched = 1;
    return array_entries(ac)[--ac.avail];
}

// Whether an array is wanted is a guess, the CPU may change; making one looks again.
void* take_slot(kmem_cache& s, gfp_t gfp)
{
    if (lib::read_once(cpu_cache_get(s).limit) == 0)
        cpu_cache_make(s, gfp);
    for (;;) {
        unsigned long flags;
        lib::local_irq_save(flags);
        void* const slot = take_kept(s);
        lib::local_irq_restore(flags);
        if (slot != nullptr || !add_new_slab(s, gfp))
            return slot;
    }
}

void* take_debugged(kmem_cache& s, gfp_t gfp, uintptr_t caller)
{
    array_stats& stats = s.array.node->stats;
    bool const is_hit = lib::read_once(cpu_cache_get(s).avail) > 0;
    lib::atomic_add(is_hit ? stats.allochit : stats.allocmiss, 1);
    void* const slot = take_slot(s, gfp);
    return slot == nullptr ? nullptr : cache_alloc_debugcheck_after(s, slot, caller);
}

// Of a cache that is not debugged.
inline void* alloc_fast(kmem_cache& s, gfp_t gfp, uintptr_t caller)
{
    unsigned long flags;
    lib::local_irq_save(flags);
    array_cache& ac = cpu_cache_get(s);
    unsigned const avail = ac.avail;
    if (avail == 0 || (gfp & __GFP_ZERO) != 0) [[unlikely]] {
        lib::local_irq_restore(flags);
        return slab_array_alloc_rare(s, gfp, caller);
    }
    ac.touched = 1;
    ac.avail = avail - 1;
    void* const object = array_entries(ac)[avail - 1];
    lib::local_irq_restore(flags);
    return object;
}

} // namespace

void* slab_array_alloc_rare(kmem_cache& s, gfp_t gfp, uintptr_t caller)
{
    void* const object = kmem_cache_debug(s) ? take_debugged(s, gfp, caller) : take_slot(s, gfp);
    if (object != nullptr && (gfp & __GFP_ZERO) != 0)
        memset(object, 0, s.object_size);
    return object;
}

void* slab_array_kmalloc(slab_caches& caches, size_t size, gfp_t gfp, uintptr_t caller)
{
    bool const is_plain = (gfp & (kKmallocRefused | kKmallocNotNormal)) == 0;
    if (!is_plain || size - 1 >= KMALLOC_MAX_CACHE_SIZE) [[unlikely]]
        return kmalloc_from_caches(caches, size, gfp, caller);
    kmem_cache* const s = caches.kmalloc_caches[KMALLOC_NORMAL][kmalloc_index(size)];
    return s == nullptr ? nullptr : alloc_fast(*s, gfp, caller);
}

void* slab_array_alloc(kmem_cache& s, gfp_t gfp, uintptr_t caller)
{
    return alloc_fast(s, gfp, caller);
}

} // namespace pagelab::mm
