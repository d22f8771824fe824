// What must come of an access, from the flags of a case alone: no tables, no walk.
//
// Source: Intel SDM volume 3, sections 4.6.1 (rights), 4.7 (error code), 4.8 (accessed, dirty).
#pragma once

#include <array>

#include "tests/model/mmu_case.hpp"

namespace pagelab::test {

struct Prediction {
    bool allowed = false;
    uint32_t error_code = 0; // if not allowed
    bool accessed = false;   // of the last entry, afterwards; those above it all are
    bool dirty = false;      // of the last entry, afterwards
};

// Whether a walk that comes to `level` ends there: no entry, a reserved bit, or a page.
bool ends_walk(MmuCase const& mmu_case, unsigned level);

// The walk ends at the case's last level, and not before.
Prediction predict(MmuCase const& mmu_case, mmu::Access access);

} // namespace pagelab::test
