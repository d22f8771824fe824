// A SLOB page's free blocks: a chain inside the blocks themselves.
//
// A free block of several units (of 2 bytes) begins with their number and the unit at which the
// next one is; a block of one unit has that unit's number, negative. The last leads to the page's
// end. Source: Linux 6.1 mm/slob.c.
#pragma once

#include <vector>

#include "emu/guest/damage.hpp"
#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

struct SlobBlock {
    VirtAddr address;
    uint64_t bytes = 0;
};

// By address, up to the damage. head: the first free block. Fails if the page cannot be read.
Result<std::vector<SlobBlock>> read_slob_page(KernelView const& view, VirtAddr page, VirtAddr head,
                                              std::vector<Damage>& damage);

} // namespace pagelab::guest
