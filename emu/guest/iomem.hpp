// The guest's resource tree, and /proc/iomem's text from it.
//
// The root is the variable iomem_resource of type struct resource. A tree that is cyclic, too deep
// or too large ends in Damage. Source: Linux 6.1 kernel/resource.c (r_show): two blanks per level,
// "%08llx-%08llx : %s" (wider addresses take the digits they need), at most 5 levels.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emu/guest/damage.hpp"
#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

struct Resource {
    PhysAddr start;
    PhysAddr last; // inclusive, as Linux keeps it
    std::string name;
    unsigned depth = 0; // 0 for the root's children
};

struct ResourceTree {
    std::vector<Resource> resources; // in the order /proc/iomem prints them
    std::optional<Damage> damage;
};

Result<ResourceTree> read_iomem(KernelView const& view);

std::string format_iomem(ResourceTree const& tree);

} // namespace pagelab::guest
