// Enumerates MmuCases: per paging mode and page size, each pair of levels in all combinations.
#pragma once

#include <functional>
#include <vector>

#include "tests/model/mmu_case.hpp"

namespace pagelab::test {

// A paging mode with a page size, and two of its levels whose entries vary.
struct Shape {
    mmu::PagingMode mode;
    unsigned leaf_level;
    unsigned upper;
    unsigned lower; // the leaf of a path of one level: equal to upper
};

std::vector<Shape> all_shapes();
// All cases of a shape, with every entry's flags; controls are left to the caller.
void for_each_case(Shape const& shape, std::function<void(MmuCase&)> const& visit);
// All 32 combinations.
std::vector<Controls> all_controls();

} // namespace pagelab::test
