// The node's lists of slabs and its counts.
//
// A slab is on `partial` when it has free objects, is not frozen, and not the full list's. `full`
// is kept for caches with SLAB_STORE_USER only, so that reports find all objects.
#pragma once

#include "guestkernel/mm/slab/slub.hpp"

namespace pagelab::mm {

enum class list_end { head, tail }; // head: taken from next

inline kmem_cache_node& get_node(kmem_cache const& s)
{
    return *s.node[0];
}

inline void init_kmem_cache_node(kmem_cache_node& n)
{
    n = {};
    lib::init_list_head(n.partial);
    lib::init_list_head(n.full);
}

inline void add_partial(kmem_cache_node& n, slab& sl, list_end end)
{
    n.nr_partial++;
    if (end == list_end::head)
        lib::list_add(sl.slab_list, n.partial);
    else
        lib::list_add_tail(sl.slab_list, n.partial);
}

inline void remove_partial(kmem_cache_node& n, slab& sl)
{
    lib::list_del(sl.slab_list);
    n.nr_partial--;
}

inline void add_full(kmem_cache const& s, kmem_cache_node& n, slab& sl)
{
    if (kmem_cache_debug_flags(s, SLAB_STORE_USER))
        lib::list_add(sl.slab_list, n.full);
}

inline void remove_full(kmem_cache const& s, slab& sl)
{
    if (kmem_cache_debug_flags(s, SLAB_STORE_USER))
        lib::list_del(sl.slab_list);
}

inline slab& slab_of_link(list_head* link)
{
    return *CONTAINER_OF(link, slab, slab_list);
}

// An unused slab is worth keeping while the node has few.
inline bool has_enough_partial(kmem_cache const& s)
{
    return get_node(s).nr_partial >= s.min_partial;
}

// slub_slab.cpp: pages in, pages out.

// A slab of new pages with all its objects free, counted by the node; null: no memory.
slab* new_slab(kmem_cache& s, gfp_t gfp);
void discard_slab(kmem_cache& s, slab& sl);     // on no list any more
void discard_slabs(kmem_cache& s, slab* first); // linked by `next`

} // namespace pagelab::mm
