// Areas of kernel addresses in address order: a red-black tree and a list of the same objects.
//
// A root of holes is augmented: each node knows the largest hole of its subtree. Nothing is
// allocated or freed here. Addresses are in bytes, whole pages. Source: Linux 6.1
// include/linux/vmalloc.h, mm/vmalloc.c (merge_or_add_vmap_area).
#pragma once

#include "guestkernel/abi/address.hpp"
#include "guestkernel/lib/list.hpp"
#include "guestkernel/lib/rbtree.hpp"

namespace pagelab::mm {

using lib::list_head;
using lib::rb_node;
using lib::rb_root;

struct vm_struct;

struct vmap_area {
    unsigned long va_start;
    unsigned long va_end; // exclusive
    struct rb_node rb_node;
    list_head list; // in address order
    union {
        unsigned long subtree_max_size; // of a hole: the largest in its subtree
        vm_struct* vm;                  // of a busy area: what it is for
    };
    unsigned long flags;
};

struct vmap_area_root {
    rb_root root;
    list_head list;
};

inline vmap_area& area_of_node(rb_node& node)
{
    return *CONTAINER_OF(&node, vmap_area, rb_node);
}

inline unsigned long va_size(vmap_area const& area)
{
    return area.va_end - area.va_start;
}

// The largest hole of a subtree, 0 without one; and what keeps it true.
inline unsigned long max_below(rb_node* node)
{
    return node == nullptr ? 0 : area_of_node(*node).subtree_max_size;
}
bool augment_max_size(rb_node& node);

// Where an area belongs in a root: the empty link, and its neighbours in address order.
struct area_place {
    rb_node* parent;
    rb_node** link;
    vmap_area* previous;
    vmap_area* next;
};

void init_area_root(vmap_area_root& root);
area_place find_place(vmap_area_root& root, unsigned long start);
void link_area(vmap_area_root& root, area_place const& at, vmap_area& area,
               lib::rb_augment augment);
void unlink_area(vmap_area_root& root, vmap_area& area, lib::rb_augment augment);

// Adds the area to a root, or grows the neighbours that it touches by it. Areas thereby no longer
// needed are returned (null: none); they belong to the caller.
struct superfluous_areas {
    vmap_area* areas[2] = {};
};
superfluous_areas merge_or_add(vmap_area_root& root, vmap_area& area, lib::rb_augment augment);

} // namespace pagelab::mm
