// A walk through a Linux red-black tree, in order, that ends on any memory whatsoever.
//
// Every step down checks that the child's parent is the node it was reached from. So no loop can
// be followed: a node entered a second time would need a second parent, the root any at all, or be
// both children of one, which is checked as well.
// Colours and balance are not checked. Source: Linux 6.1 include/linux/rbtree_types.h; the lower
// two bits of __rb_parent_color are no part of the parent's address.
#pragma once

#include <optional>
#include <vector>

#include "emu/guest/damage.hpp"
#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

struct RbWalk {
    std::vector<VirtAddr> nodes; // rb_nodes inside the objects, in order, up to the damage
    std::optional<Damage> damage;
};

// `root` is the struct rb_root. At most `limit` nodes. Fails if the image has no struct rb_node.
Result<RbWalk> rb_walk(KernelView const& view, VirtAddr root, size_t limit);

} // namespace pagelab::guest
