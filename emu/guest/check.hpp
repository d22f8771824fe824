// check: every structure of the kernel against what must always be true of it.
//
// Each structure is looked at by a reader of its own, and all of them are looked at whatever is
// found: damage is data. Structures that cannot be read at all say so in `error`.
#pragma once

#include <string>
#include <vector>

#include "emu/guest/damage.hpp"
#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

struct CheckedStructure {
    std::string name;
    std::string counted; // what was looked at: "31741 free pages in 5 zones"
    std::vector<Damage> damage;
    std::string error; // why it could not be read; empty: it was
};

std::vector<CheckedStructure> check_kernel(KernelView const& view);

// Struct pages against themselves: a page is free, a slab's or a user's, not two of these; users
// are counted; a tail leads to a head.
CheckedStructure check_pages(KernelView const& view);

// The chunks of per-CPU memory: their tree, bitmaps and counts.
CheckedStructure check_percpu_chunks(KernelView const& view);

} // namespace pagelab::guest
