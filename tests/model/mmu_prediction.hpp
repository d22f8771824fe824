// What must come of an access, from the flags of a case alone: no tables, no walk.
//
// Source: Intel SDM volume 3, sections 4.6.1 (rights), 4.7 (error code), 4.8 (accessed, dirty).
#pragma once

#include <array>

#include "tests/model/mmu_case.hpp"

namespace pagelab::test {

struct Prediction {
    bool allowed = false;
    uint32_t error_code = 0;        // if not allowed
    unsigned last_level = 0;        // where the walk ends
    std::array<bool, 6> accessed{}; // by level: the flag is set afterwards
    bool dirty = false;             // of the leaf, afterwards
};

Prediction predict(MmuCase const& mmu_case, mmu::Access access);

} // namespace pagelab::test
