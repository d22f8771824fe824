// A walk along a Linux list_head that ends on any memory whatsoever.
//
//   head <-> node <-> node <-> head        every step checks next->prev == here
//
// The check makes loops impossible to follow: a loop that misses the head enters some node a
// second time from a new neighbour, and its prev cannot point at both. The limit bounds the length
// of honest but absurdly long lists. Source: Linux 6.1 include/linux/list.h, lib/list_debug.c.
#pragma once

#include <optional>
#include <vector>

#include "emu/guest/damage.hpp"
#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

struct ListWalk {
    std::vector<VirtAddr> nodes; // list_heads inside the objects, in order, up to the damage
    std::optional<Damage> damage;
};

// `head` is the list_head that belongs to no object. At most `limit` nodes.
ListWalk list_walk(KernelView const& view, VirtAddr head, size_t limit);

} // namespace pagelab::guest
