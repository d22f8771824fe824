// A SLUB slab's list of free objects, as a chain of pointers inside the objects themselves.
//
// A free object at `a` has the next one's address at a + link; 0 ends the list. Source: Linux 6.1
// mm/slub.c (get_freepointer, check_valid_pointer) without CONFIG_SLAB_FREELIST_HARDENED.
#pragma once

#include <optional>

#include "emu/guest/damage.hpp"
#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

struct SlabShape {
    VirtAddr first;       // the first object, behind its left red zone
    uint64_t slot = 0;    // bytes from one object to the next
    uint64_t objects = 0; // in the slab
    uint64_t link = 0;    // bytes into an object
};

struct SlabFreeList {
    uint64_t length = 0; // up to the damage
    std::optional<Damage> damage;
};

// A list that leaves the slab, points into an object or is longer than the slab has objects is
// damaged.
SlabFreeList walk_freelist(KernelView const& view, SlabShape const& slab, VirtAddr head);

} // namespace pagelab::guest
