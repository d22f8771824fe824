// SLUB as an allocator: the life of its caches, and its table of functions.
#include "guestkernel/mm/slab/slub.hpp"

#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/slab/debug_object.hpp"
#include "guestkernel/mm/slab/debug_options.hpp"
#include "guestkernel/mm/slab/debug_report.hpp"
#include "guestkernel/mm/slab/kmalloc.hpp"
#include "guestkernel/mm/slab/slub_node.hpp"

namespace pagelab::mm {

namespace {

// Only as many elements of cpu_slab as there are CPUs.
unsigned descriptor_size(slab_caches const& caches)
{
    return static_cast<unsigned>(offsetof(kmem_cache, cpu_slab) +
                                 caches.env.pgdat->nr_online_cpus * sizeof(kmem_cache_cpu));
}

// The first node comes from the first slab of the cache of nodes, which has none yet.
Result<kmem_cache_node*> early_node(kmem_cache& nodes)
{
    slab* const sl = new_slab(nodes, GFP_NOWAIT);
    if (sl == nullptr)
        return lib::Error{"no memory for the first slab"};
    auto* const n = static_cast<kmem_cache_node*>(sl->freelist);
    sl->freelist = get_freepointer(nodes, n);
    sl->inuse = 1;
    init_object(nodes, n, SLUB_RED_ACTIVE);
    init_kmem_cache_node(*n);
    n->nr_slabs = 1;
    n->total_objects = slab_objects(*sl);
    add_partial(*n, *sl, list_end::head);
    return n;
}

Result<> init_node(kmem_cache& s)
{
    kmem_cache& nodes = s.caches->boot_kmem_cache_node;
    if (&s == &nodes) {
        s.node[0] = TRY(early_node(s));
        return {};
    }
    auto* const n = static_cast<kmem_cache_node*>(kmem_cache_alloc(nodes, GFP_KERNEL));
    if (n == nullptr)
        return lib::Error{"no memory for the node's lists"};
    init_kmem_cache_node(*n);
    s.node[0] = n;
    return {};
}

Result<> slub_create(kmem_cache& s)
{
    TRY(calculate_sizes(s));
    slub_options const* const options = s.caches->debug;
    bool const may_grow = options == nullptr || options->orders == higher_orders::allowed;
    if (!may_grow && get_order(s.size) > get_order(s.object_size)) {
        s.flags &= ~DEBUG_METADATA_FLAGS;
        TRY(calculate_sizes(s));
    }
    set_partial_limits(s);
    for (unsigned cpu = 0; cpu < s.caches->env.pgdat->nr_online_cpus; cpu++)
        s.cpu_slab[cpu] = {};
    s.node[0] = nullptr;
    return init_node(s);
}

Result<> slub_init(slab_caches& caches)
{
    TRY(create_boot_cache(caches, caches.boot_kmem_cache_node, "kmem_cache_node",
                          sizeof(kmem_cache_node), SLAB_HWCACHE_ALIGN));
    TRY(create_boot_cache(caches, caches.boot_kmem_cache, "kmem_cache", descriptor_size(caches),
                          SLAB_HWCACHE_ALIGN));
    lib::list_move(caches.boot_kmem_cache_node.list, caches.list); // as Linux lists them
    printk(*caches.env.pgdat->env, log_level::info,
           "SLUB: HWalign=%u, Order=%u-%u, MinObjects=%u, CPUs=%u, Nodes=%u\n", kCacheLine,
           kSlubMinOrder, kSlubMaxOrder, 0u, caches.env.pgdat->nr_online_cpus, 1u);
    return {};
}

void discard_empty_slabs(kmem_cache& s)
{
    kmem_cache_node& n = get_node(s);
    slab* empty = nullptr;
    unsigned long flags;
    lib::spin_lock_irqsave(n.list_lock, flags);
    for (list_head* link = n.partial.next; link != &n.partial;) {
        slab& sl = slab_of_link(link);
        link = link->next;
        if (sl.inuse == 0) {
            remove_partial(n, sl);
            sl.next = empty;
            empty = &sl;
        }
    }
    lib::spin_unlock_irqrestore(n.list_lock, flags);
    discard_slabs(s, empty);
}

Result<> slub_shutdown(kmem_cache& s)
{
    flush_cpu_slabs(s);
    discard_empty_slabs(s);
    kmem_cache_node& n = get_node(s);
    for (list_head* link = n.partial.next; link != &n.partial; link = link->next)
        report_objects_remaining(s, slab_of_link(link));
    if (n.nr_partial > 0 || n.nr_slabs > 0)
        return lib::Error{"objects remain"};
    return {};
}

void slub_release(kmem_cache& s)
{
    if (s.node[0] != nullptr)
        kmem_cache_free(s.caches->boot_kmem_cache_node, s.node[0]);
    s.node[0] = nullptr;
}

// Empty slabs go; the others are sorted, the fullest first, as far as it pays.
void slub_shrink(kmem_cache& s)
{
    constexpr unsigned kSorted = 32; // SHRINK_PROMOTE_MAX: slabs with fewer free objects
    flush_cpu_slabs(s);
    discard_empty_slabs(s);
    kmem_cache_node& n = get_node(s);
    list_head by_free[kSorted];
    for (list_head& list : by_free)
        lib::init_list_head(list);
    unsigned long flags;
    lib::spin_lock_irqsave(n.list_lock, flags);
    for (list_head* link = n.partial.next; link != &n.partial;) {
        slab& sl = slab_of_link(link);
        link = link->next;
        unsigned const nr_free = slab_objects(sl) - sl.inuse;
        if (nr_free > 0 && nr_free <= kSorted)
            lib::list_move(sl.slab_list, by_free[nr_free - 1]);
    }
    for (unsigned i = kSorted; i-- > 0;) {
        while (!lib::list_empty(by_free[i]))
            lib::list_move(*by_free[i].prev, n.partial);
    }
    lib::spin_unlock_irqrestore(n.list_lock, flags);
}

size_t slub_ksize(kmem_cache const& s, void const*)
{
    if (s.flags & (SLAB_RED_ZONE | SLAB_POISON))
        return s.object_size;
    return s.flags & (SLAB_TYPESAFE_BY_RCU | SLAB_STORE_USER) ? s.inuse : s.size;
}

slabinfo slub_slabinfo(kmem_cache const& s)
{
    kmem_cache_node& n = get_node(s);
    unsigned long nr_free = 0;
    unsigned long flags;
    lib::spin_lock_irqsave(n.list_lock, flags);
    for (list_head* link = n.partial.next; link != &n.partial; link = link->next) {
        slab const& sl = slab_of_link(link);
        nr_free += slab_objects(sl) - sl.inuse;
    }
    lib::spin_unlock_irqrestore(n.list_lock, flags);
    return {.active_objs = n.total_objects - nr_free,
            .num_objs = n.total_objects,
            .active_slabs = n.nr_slabs,
            .num_slabs = n.nr_slabs,
            .shared_avail = 0,
            .limit = 0,
            .batchcount = 0,
            .shared = 0,
            .objects_per_slab = oo_objects(s.oo),
            .cache_order = oo_order(s.oo)};
}

slab_flags_t slub_cache_flags(slab_caches const& caches, unsigned, slab_flags_t flags,
                              char const* name)
{
    return caches.debug == nullptr ? flags : debug_flags_for(*caches.debug, flags, name);
}

} // namespace

slab_operations const slub_operations = {
    .name = "slub",
    .merges_caches = true,
    .colours_slabs = false,
    .has_kmalloc_caches = true,
    .init = slub_init,
    .create = slub_create,
    .alloc = slub_alloc,
    .free = slub_free,
    .shutdown = slub_shutdown,
    .release = slub_release,
    .shrink = slub_shrink,
    .ksize = slub_ksize,
    .get_slabinfo = slub_slabinfo,
    .slabinfo_stats = nullptr,
    .check = slub_check,
    .cache_flags = slub_cache_flags,
    .kmalloc = slub_kmalloc,
    .kfree = slub_kfree,
    .usable_size = ksize_of_caches,
};

bool check_valid_pointer(kmem_cache const& s, slab const& sl, void const* object)
{
    if (object == nullptr)
        return true;
    auto const offset =
        reinterpret_cast<uintptr_t>(object) - reinterpret_cast<uintptr_t>(slab_object(s, sl, 0));
    return offset < uintptr_t{slab_objects(sl)} * s.size && offset % s.size == 0;
}

} // namespace pagelab::mm
