// Which pages of host memory were ever written to: the others are zero, and the host has given
// nothing for them yet.
//
// A reader of all of a guest's RAM should pass over these: reading them would cost a host fault
// each. From Linux' /proc/self/pagemap, bits 63 (present) and 62 (swapped out) of a page's 8 bytes
// (Documentation/admin-guide/mm/pagemap.rst). Where that cannot be read, all count as touched.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

namespace pagelab::mem {

// Calls visit(bytes, is_touched) for runs of pages that are alike, ascending, which together are
// all of `memory`, until it says false. memory begins at a page's start.
using TouchedVisit = std::function<bool(std::span<std::byte> bytes, bool is_touched)>;
bool for_each_touched(std::span<std::byte> memory, TouchedVisit const& visit);

} // namespace pagelab::mem
