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

// So many of the array's objects, oldest first, to the slabs.
void drain_objects(kmem_cache& s, array_cache& ac, unsigned nr)
{
    free_block(s, array_entries(ac), nr);
    ac.avail -= nr;
    memmove(array_entries(ac), array_entries(ac) + nr, ac.avail * sizeof(void*));
}

// A fifth of an array that was not used since the last time.
void reap_array(kmem_cache& s, array_cache& ac)
{
    if (ac.avail == 0)
        return;
    if (ac.touched != 0) {
        ac.touched = 0;
        return;
    }
    unsigned const fifth = (ac.limit + 4) / 5;
    drain_objects(s, ac, fifth > ac.avail ? (ac.avail + 1) / 2 : fifth);
}

void reap_node(kmem_cache& s, uint64_t jiffies)
{
    kmem_cache_node_array& n = *s.array.node;
    if (n.next_reap > jiffies)
        return;
    n.next_reap = jiffies + REAPTIMEOUT_NODE;
    if (n.shared != nullptr)
        reap_array(s, *n.shared);
    if (n.free_touched) {
        n.free_touched = false;
        return;
    }
    unsigned const five = 5 * s.array.num;
    n.stats.reaped += drain_freelist(s, (n.free_limit + five - 1) / five);
}

void drop_array(kmem_cache& s, array_cache* ac)
{
    if (ac == nullptr || ac == &s.array.node->none)
        return;
    drain_objects(s, *ac, ac->avail);
    kfree(*s.caches, ac);
}

} // namespace

array_cache& cpu_cache_make(kmem_cache& s, gfp_t gfp)
{
    kmem_cache_node_array& n = *s.array.node;
    array_cache*& ac = s.cpu_cache[lib::smp_processor_id()];
    if (ac != &n.none || n.making == array_making::busy || s.caches->state != slab_state::up)
        return *ac;
    n.making = array_making::busy;
    if (n.shared == nullptr && s.array.shared > 0)
        n.shared = alloc_arraycache(s, s.array.shared * s.array.batchcount, 0xbaadf00d, gfp);
    array_cache* const made = alloc_arraycache(s, s.array.limit, s.array.batchcount, gfp);
    if (made != nullptr)
        ac = made;
    n.making = array_making::idle;
    return *ac;
}

void drain_cpu_caches(kmem_cache& s)
{
    for (unsigned cpu = 0; cpu < s.caches->env.pgdat->nr_online_cpus; cpu++)
        drain_objects(s, *s.cpu_cache[cpu], s.cpu_cache[cpu]->avail);
    array_cache* const shared = s.array.node->shared;
    if (shared != nullptr)
        drain_objects(s, *shared, shared->avail);
}

void free_cpu_caches(kmem_cache& s)
{
    kmem_cache_node_array& n = *s.array.node;
    for (unsigned cpu = 0; cpu < s.caches->env.pgdat->nr_online_cpus; cpu++) {
        array_cache* const ac = s.cpu_cache[cpu];
        s.cpu_cache[cpu] = &n.none;
        drop_array(s, ac);
    }
    array_cache* const shared = n.shared;
    n.shared = nullptr;
    drop_array(s, shared);
}

unsigned drain_freelist(kmem_cache& s, unsigned long nr_slabs)
{
    kmem_cache_node_array& n = *s.array.node;
    unsigned freed = 0;
    while (freed < nr_slabs && !lib::list_empty(n.slabs_free)) {
        slab& sl = slab_of_link(n.slabs_free.prev);
        lib::list_del(sl.slab_list);
        n.free_slabs--;
        n.total_slabs--;
        n.free_objects -= s.array.num;
        slab_destroy(s, sl);
        freed++;
    }
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
    for (list_head* link = caches.list.next; link != &caches.list; link = link->next) {
        kmem_cache& s = *CONTAINER_OF(link, kmem_cache, list);
        reap_array(s, cpu_cache_get(s));
        reap_node(s, jiffies);
    }
}

} // namespace pagelab::mm
