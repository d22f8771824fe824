// Arrays of pointers with any indices, as modules see them (include/linux/xarray.h): here a tree of
// the entries by index, in which every subtree knows how many it has.
//
// Where Linux has a radix tree: the interface does not show it, and this one costs as little as
// what is in it. Source: Linux 6.1 include/linux/xarray.h, lib/xarray.c.
#pragma once

#include "guestkernel/lib/list.hpp"
#include "guestkernel/lib/rbtree.hpp"
#include "guestkernel/lib/spinlock.hpp"
#include "guestkernel/mm/gfp.hpp"

namespace pagelab::kernel {

enum : unsigned { // xarray::xa_flags
    XA_FLAGS_ALLOC = 4,
    XA_FLAGS_ALLOC1 = 12, // index 0 is never given away
};

struct xarray {
    lib::spinlock_t xa_lock;
    unsigned xa_flags;
    lib::rb_root xa_root; // of xa_node
};

struct xa_node {
    lib::rb_node link;
    unsigned long index;
    unsigned long count; // of entries in this subtree
    void* entry;         // null: the index is reserved
};

inline xa_node* node_of(lib::rb_node* link)
{
    return link != nullptr ? CONTAINER_OF(link, xa_node, link) : nullptr;
}

// xa_tree.cpp, under the lock: the first node whose index is not below `index`, or null; linking
// and unlinking; how many indices from `from` on are taken without a gap.
xa_node* xa_lower_bound(xarray const& xa, unsigned long index);
void xa_insert_node(xarray& xa, xa_node& node);
void xa_unlink(xarray& xa, xa_node& node);
unsigned long xa_taken_from(xarray const& xa, unsigned long from);

struct xa_limit { // both may be given
    uint32_t max;
    uint32_t min;
};

// Another entry at an index that is in use; `old` stays as it is for one that is not.
void xa_exchange(xarray& xa, unsigned long index, void* entry, void** old);

} // namespace pagelab::kernel
