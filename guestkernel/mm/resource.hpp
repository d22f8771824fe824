// The tree of physical address ranges and their owners that /proc/iomem prints.
//
// Nodes belong to the caller and must outlive the tree; ends are inclusive, as Linux has them.
// Siblings are sorted and do not overlap; a child lies within its parent.
// Source: Linux 6.1 kernel/resource.c, include/linux/ioport.h.
#pragma once

#include "guestkernel/mm/e820.hpp"

namespace pagelab::mm {

struct resource {
    uint64_t start;
    uint64_t end; // inclusive
    char const* name;
    resource* parent;
    resource* sibling;
    resource* child;
};

constexpr resource make_resource(PhysAddr start, PhysAddr last, char const* name)
{
    return {start.value, last.value, name, nullptr, nullptr, nullptr};
}

// Puts `entry` below `root`: under the innermost node that holds it, above those it holds itself.
// Of two equal ranges the later one is the outer one. Fails when it would cut a node in two.
Result<> insert_resource(resource& root, resource& entry);

// One node per entry of the table, from `nodes` (at least nr_entries of them).
Result<> insert_e820_resources(resource& root, resource* nodes, e820_table const& table);

} // namespace pagelab::mm
