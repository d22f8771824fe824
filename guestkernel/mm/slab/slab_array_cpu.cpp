// The arrays as such: made when first needed, emptied, resized, and reaped when nobody uses them.
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/slab/kmalloc.hpp"
#include "guestkernel/mm/slab/slab_array.hpp"

namespace pagelab::mm {

namespace {

array_cache* alloc_arraycache(kmem_cache& s, unsigned limit, unsigned batchcount, gfp_t gfp)
{
    gfp_t const wanted = (gfp & ~(__GFP_ZERO | __GFP_NOFAIL)) | __GFP_NOWARN;
    size_t const size = sizeof(array_cache) + limit * sizeof(void*);
    auto* const ac = static_cast<array_cache*>(kmalloc(*s.caches, size, wanted));
    if (ac != nullptr)
        *ac = {0, limit, batchcount, 0};
    return ac;
}

// So many of the array's objects, oldest first, to the slabs. Under list_lock.
void drain_objects(kmem_cache& s, array_cache& ac, unsigned nr, list_head& surplus)
{
    free_block(s, array_entries(ac), nr, surplus);
    ac.avail -= nr;
    memmove(array_entries(ac), array_entries(ac) + nr, ac.avail * sizeof(void*));
}

// A fifth of an array that was not used since the last time.
void reap_array(kmem_cache& s, array_cache& ac, list_head& surplus)
{
    if (ac.avail == 0)
        return;
    if (ac.touched != 0) {
        ac.touched = 0;
        return;
    }
    unsigned const fifth = (ac.limit + 4) / 5;
    drain_objects(s, ac, fifth > ac.avail ? (ac.avail + 1) / 2 : fifth, surplus);
}

// This CPU's array, the node's shared one if it is time, and then so many free slabs.
unsigned long reap_arrays(kmem_cache& s, uint64_t jiffies, list_head& surplus)
{
    kmem_cache_node_array& n = *s.array.node;
    reap_array(s, cpu_cache_get(s), surplus);
    if (n.next_reap > jiffies)
        return 0;
    n.next_reap = jiffies + REAPTIMEOUT_NODE;
    if (n.shared != nullptr)
        reap_array(s, *n.shared, surplus);
    if (n.free_touched) {
        n.free_touched = false;
        return 0;
    }
    unsigned const five = 5 * s.array.num;
    return (n.free_limit + five - 1) / five;
}

// Runs `work(surplus)` under list_lock, then gives back the slabs it put there.
template<class Work>
void with_lists(kmem_cache& s, Work work)
{
    kmem_cache_node_array& n = *s.array.node;
    list_head surplus;
    lib::init_list_head(surplus);
    unsigned long flags;
    lib::spin_lock_irqsave(n.list_lock, flags);
    work(surplus);
    lib::spin_unlock_irqrestore(n.list_lock, flags);
    slabs_destroy(s, surplus);
}

void do_drain(void* cache)
{
    kmem_cache& s = *static_cast<kmem_cache*>(cache);
    with_lists(s, [&](list_head& surplus) {
        array_cache& ac = cpu_cache_get(s);
        if (ac.avail > 0)
            drain_objects(s, ac, ac.avail, surplus);
    });
}

// The arrays that the CPUs had.
struct removal {
    kmem_cache& s;
    array_cache* arrays[kMaxSlabCpus];
};

void do_remove(void* argument)
{
    auto& taken = *static_cast<removal*>(argument);
    do_drain(&taken.s);
    array_cache*& ac = taken.s.cpu_cache[lib::smp_processor_id()];
    array_cache* const none = &taken.s.array.node->none;
    taken.arrays[lib::smp_processor_id()] = ac != none ? ac : nullptr;
    ac = none;
}

void drain_shared(kmem_cache& s)
{
    with_lists(s, [&](list_head& surplus) {
        array_cache* const shared = s.array.node->shared;
        if (shared != nullptr)
            drain_objects(s, *shared, shared->avail, surplus);
    });
}

// Whether this CPU has no array and now makes one: not while another is being made, which may ask
// this very cache for memory.
bool begin_making(kmem_cache& s)
{
    kmem_cache_node_array& n = *s.array.node;
    unsigned long flags;
    lib::spin_lock_irqsave(n.list_lock, flags);
    bool const may = &cpu_cache_get(s) == &n.none && n.making == array_making::idle;
    if (may)
        n.making = array_making::busy;
    lib::spin_unlock_irqrestore(n.list_lock, flags);
    return may;
}

} // namespace

void cpu_cache_make(kmem_cache& s, gfp_t gfp)
{
    kmem_cache_node_array& n = *s.array.node;
    if (s.caches->state != slab_state::up || !begin_making(s))
        return;
    array_cache* shared = nullptr;
    if (lib::read_once(n.shared) == nullptr && s.array.shared > 0)
        shared = alloc_arraycache(s, s.array.shared * s.array.batchcount, 0xbaadf00d, gfp);
    array_cache* own = alloc_arraycache(s, s.array.limit, s.array.batchcount, gfp);
    unsigned long flags;
    lib::spin_lock_irqsave(n.list_lock, flags);
    if (n.shared == nullptr) {
        n.shared = shared;
        shared = nullptr;
    }
    array_cache*& ac = s.cpu_cache[lib::smp_processor_id()]; // perhaps another CPU's by now
    if (own != nullptr && ac == &n.none) {
        ac = own;
        own = nullptr;
    }
    n.making = array_making::idle;
    lib::spin_unlock_irqrestore(n.list_lock, flags);
    kfree(*s.caches, shared);
    kfree(*s.caches, own);
}

void drain_cpu_caches(kmem_cache& s)
{
    slab_output(s).on_each_cpu(do_drain, &s);
    drain_shared(s);
}

void free_cpu_caches(kmem_cache& s)
{
    kmem_cache_node_array& n = *s.array.node;
    removal taken = {s, {}};
    slab_output(s).on_each_cpu(do_remove, &taken);
    array_cache* shared = nullptr;
    with_lists(s, [&](list_head& surplus) {
        shared = n.shared;
        n.shared = nullptr;
        if (shared != nullptr)
            drain_objects(s, *shared, shared->avail, surplus);
    });
    kfree(*s.caches, shared);
    for (array_cache* ac : taken.arrays)
        kfree(*s.caches, ac);
}

unsigned drain_freelist(kmem_cache& s, unsigned long nr_slabs)
{
    kmem_cache_node_array& n = *s.array.node;
    unsigned freed = 0;
    with_lists(s, [&](list_head& surplus) {
        for (; freed < nr_slabs && !lib::list_empty(n.slabs_free); freed++) {
            lib::list_move_tail(*n.slabs_free.prev, surplus);
            n.free_slabs--;
            n.total_slabs--;
            n.free_objects -= s.array.num;
        }
    });
    return freed;
}

unsigned long slabs_tofree(kmem_cache const& s)
{
    return (s.array.node->free_objects + s.array.num - 1) / s.array.num;
}

void tune_cpucache(kmem_cache& s, unsigned limit, unsigned batchcount, unsigned shared)
{
    if (limit < 1 || batchcount < 1 || batchcount > limit)
        return;
    free_cpu_caches(s);
    s.array.limit = limit;
    s.array.batchcount = batchcount;
    s.array.shared = shared;
    set_free_limit(s);
}

void cache_reap(slab_caches& caches)
{
    uint64_t const jiffies = slab_jiffies(caches.env);
    caches.env.mutex_lock();
    for (list_head* link = caches.list.next; link != &caches.list; link = link->next) {
        kmem_cache& s = *CONTAINER_OF(link, kmem_cache, list);
        unsigned long nr_slabs = 0;
        with_lists(s, [&](list_head& surplus) { nr_slabs = reap_arrays(s, jiffies, surplus); });
        unsigned const reaped = drain_freelist(s, nr_slabs);
        lib::atomic_add(s.array.node->stats.reaped, reaped);
    }
    caches.env.mutex_unlock();
}

} // namespace pagelab::mm
