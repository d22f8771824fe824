// A slab's pages: cut into objects on the way in, checked on the way out.
#include "guestkernel/mm/compound.hpp"
#include "guestkernel/mm/slab/debug_object.hpp"
#include "guestkernel/mm/slab/debug_report.hpp"
#include "guestkernel/mm/slab/slab_pages.hpp"
#include "guestkernel/mm/slab/slub_node.hpp"

namespace pagelab::mm {

namespace {

constexpr gfp_t kBadFlags = __GFP_DMA32 | __GFP_HIGHMEM; // GFP_SLAB_BUG_MASK
// The preferred order without effort, then the smallest one with all of it.
slab* take_pages(kmem_cache& s, gfp_t gfp, kmem_cache_order_objects& oo)
{
    gfp_t easy = (gfp | __GFP_NOWARN | __GFP_NORETRY) & ~__GFP_NOFAIL;
    if ((easy & __GFP_DIRECT_RECLAIM) != 0 && oo_order(s.oo) > oo_order(s.min))
        easy = (easy | __GFP_NOMEMALLOC) & ~__GFP_RECLAIM;
    oo = s.oo;
    slab* sl = alloc_slab_pages(s, easy, oo_order(oo));
    if (sl == nullptr) {
        oo = s.min;
        sl = alloc_slab_pages(s, gfp, oo_order(oo));
    }
    return sl;
}

void setup_object(kmem_cache& s, char* object)
{
    setup_object_debug(s, object);
    if (s.ctor != nullptr)
        s.ctor(object);
}

void link_objects(kmem_cache& s, slab& sl)
{
    unsigned const objects = slab_objects(sl);
    char* object = slab_object(s, sl, 0);
    sl.freelist = object;
    for (unsigned i = 1; i <= objects; i++) {
        char* const next = i < objects ? object + s.size : nullptr;
        setup_object(s, object);
        set_freepointer(s, object, next);
        object = next;
    }
}

} // namespace

slab* new_slab(kmem_cache& s, gfp_t gfp)
{
    if (gfp & kBadFlags)
        report_bad_gfp(s.caches->env, gfp, gfp & kBadFlags);
    kmem_cache_order_objects oo;
    slab* const taken = take_pages(s, gfp & ~kBadFlags, oo);
    if (taken == nullptr)
        return nullptr;
    slab& sl = *taken;
    sl.inuse = 0;
    sl.objects_frozen = 0;
    set_slab_objects(sl, oo_objects(oo));
    setup_slab_debug(s, sl);
    link_objects(s, sl);
    kmem_cache_node* const n = s.node[0]; // null for the very first slab
    if (n != nullptr) {
        lib::atomic_add(n->nr_slabs, 1);
        lib::atomic_add(n->total_objects, oo_objects(oo));
    }
    return &sl;
}

void discard_slab(kmem_cache& s, slab& sl)
{
    check_slab_on_free(s, sl);
    kmem_cache_node& n = get_node(s);
    lib::atomic_add(n.nr_slabs, -1ul);
    lib::atomic_add(n.total_objects, 0ul - slab_objects(sl));
    free_slab_pages(s, sl, compound_order(slab_page(sl)));
}

void discard_slabs(kmem_cache& s, slab* first)
{
    while (first != nullptr) {
        slab& sl = *first;
        first = sl.next;
        discard_slab(s, sl);
    }
}

} // namespace pagelab::mm
