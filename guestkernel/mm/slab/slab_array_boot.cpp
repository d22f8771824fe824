// Life of a SLAB cache, and how the first two come up before any memory can be had from caches.
//
// Nodes are objects of kmem_cache_node, the first cache; its own node is on the stack until the
// cache can give one.
#include "guestkernel/lib/bitops.hpp"
#include "guestkernel/mm/slab/kmalloc.hpp"
#include "guestkernel/mm/slab/slab_array.hpp"
#include "guestkernel/mm/slab/slab_array_operations.hpp"

namespace pagelab::mm {

namespace {

// Makes the node the cache's.
void kmem_cache_node_init(kmem_cache& s, kmem_cache_node_array& n)
{
    n = {};
    lib::init_list_head(n.slabs_partial);
    lib::init_list_head(n.slabs_full);
    lib::init_list_head(n.slabs_free);
    n.next_reap = slab_jiffies(s.caches->env) + REAPTIMEOUT_NODE +
                  reinterpret_cast<uintptr_t>(&s) % REAPTIMEOUT_NODE;
    s.array.node = &n;
    for (unsigned cpu = 0; cpu < s.caches->env.pgdat->nr_online_cpus; cpu++)
        s.cpu_cache[cpu] = &n.none;
    set_free_limit(s);
}

// The cache of nodes, with its own node the first object of its only slab.
Result<> bootstrap_node_cache(kmem_cache& s)
{
    kmem_cache_node_array first;
    kmem_cache_node_init(s, first);
    void* const memory = kmem_cache_alloc(s, GFP_NOWAIT);
    if (memory == nullptr)
        return lib::Error{"no memory for the first slab"};
    auto& n = *static_cast<kmem_cache_node_array*>(memory);
    kmem_cache_node_init(s, n);
    slab& sl = *virt_to_slab(s.caches->env, memory);
    lib::list_move(sl.slab_list, sl.active == s.array.num ? n.slabs_full : n.slabs_partial);
    n.total_slabs = first.total_slabs;
    n.free_objects = first.free_objects;
    n.colour_next = first.colour_next;
    n.stats = first.stats;
    return {};
}

Result<> slab_array_create(kmem_cache& s)
{
    if (kmem_cache_debug(s))
        s.ops = &slab_array_debug_operations;
    TRY(set_slab_layout(s));
    set_array_limits(s);
    kmem_cache& nodes = s.caches->boot_kmem_cache_node;
    if (&s == &nodes)
        return bootstrap_node_cache(s);
    bool const can_wait = s.caches->state == slab_state::up;
    void* const n = kmem_cache_alloc(nodes, can_wait ? GFP_KERNEL : GFP_NOWAIT);
    if (n == nullptr)
        return lib::Error{"no memory for the cache's node"};
    kmem_cache_node_init(s, *static_cast<kmem_cache_node_array*>(n));
    return {};
}

Result<> slab_array_init(slab_caches& caches)
{
    TRY(create_boot_cache(caches, caches.boot_kmem_cache_node, "kmem_cache_node",
                          sizeof(kmem_cache_node_array), SLAB_HWCACHE_ALIGN));
    unsigned const nr_cpus = caches.env.pgdat->nr_online_cpus;
    auto const size =
        static_cast<unsigned>(offsetof(kmem_cache, cpu_cache) + nr_cpus * sizeof(array_cache*));
    return create_boot_cache(caches, caches.boot_kmem_cache, "kmem_cache", size,
                             SLAB_HWCACHE_ALIGN);
}

void slab_array_shrink(kmem_cache& s)
{
    drain_cpu_caches(s);
    drain_freelist(s, slabs_tofree(s));
}

Result<> slab_array_shutdown(kmem_cache& s)
{
    slab_array_shrink(s);
    kmem_cache_node_array const& n = *s.array.node;
    if (!lib::list_empty(n.slabs_full) || !lib::list_empty(n.slabs_partial))
        return lib::Error{"objects remain"};
    return {};
}

void slab_array_release(kmem_cache& s)
{
    free_cpu_caches(s);
    kmem_cache_free(s.caches->boot_kmem_cache_node, s.array.node);
}

size_t slab_array_ksize(kmem_cache const& s, void const*)
{
    return s.object_size;
}

slab_flags_t slab_array_flags(slab_caches const&, unsigned, slab_flags_t flags, char const*)
{
    flags &= ~SLAB_TRACE;
    return flags & SLAB_TYPESAFE_BY_RCU ? flags & ~SLAB_POISON : flags;
}

// Metadata where it does not take twice the memory: FORCED_DEBUG.
slab_flags_t slab_array_debug_flags(slab_caches const& caches, unsigned size, slab_flags_t flags,
                                    char const* name)
{
    constexpr unsigned kMetadata = 8 + 2 * sizeof(uint64_t);
    flags |= SLAB_CONSISTENCY_CHECKS | SLAB_POISON;
    if (size < 4096 || lib::fls64(size - 1) == lib::fls64(size - 1 + kMetadata))
        flags |= SLAB_RED_ZONE | SLAB_STORE_USER;
    return slab_array_flags(caches, size, flags, name);
}

constexpr slab_operations make_operations()
{
    slab_operations ops = {};
    ops.name = "slab";
    ops.merges_caches = true;
    ops.colours_slabs = true;
    ops.has_kmalloc_caches = true;
    ops.init = slab_array_init;
    ops.create = slab_array_create;
    ops.alloc = slab_array_alloc;
    ops.free = slab_array_free;
    ops.shutdown = slab_array_shutdown;
    ops.release = slab_array_release;
    ops.shrink = slab_array_shrink;
    ops.ksize = slab_array_ksize;
    ops.get_slabinfo = slab_array_slabinfo;
    ops.check = slab_array_check;
    ops.cache_flags = slab_array_flags;
    ops.kmalloc = slab_array_kmalloc;
    ops.kfree = slab_array_kfree;
    ops.usable_size = ksize_of_caches;
    return ops;
}

constexpr slab_operations make_debug_operations()
{
    slab_operations ops = make_operations();
    ops.alloc = slab_array_alloc_rare;
    ops.free = slab_array_free_rare;
    ops.kmalloc = kmalloc_from_caches;
    ops.kfree = kfree_to_caches;
    ops.cache_flags = slab_array_debug_flags;
    ops.slabinfo_stats = slab_array_stats;
    return ops;
}

} // namespace

constinit slab_operations const slab_array_operations = make_operations();
constinit slab_operations const slab_array_debug_operations = make_debug_operations();

} // namespace pagelab::mm
