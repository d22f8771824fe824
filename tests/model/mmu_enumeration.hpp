// Every walk there is, counted and enumerated.
//
// A walk ends at the level of the first entry that is absent, has a reserved bit, or maps a page;
// what lies below cannot matter, and of what lies above only the rights can. So for one paging mode
// of n levels, one NXE and one PSE, the paths are
//
//   sum over L = n..1 of  product over l = n..L+1 of rights(l)  *  ends(L)
//   rights(l)  R/W, U/S, and NX if NXE: 2^3 or 2^2; a PAE page-directory pointer has none: 1
//   ends(L)    2^7 settings of P, R/W, U/S, A, D, PS, NX (2^6 in 32-bit paging, without NX), times
//              one of each kind of reserved address bit and none, less those that lead further
//
// Each path goes with the 2^4 settings of WP, SMEP, SMAP and AC, and each access. Bits that
// hardware ignores, and accessed and dirty flags above the last level, are the caller's noise.
#pragma once

#include <vector>

#include "tests/model/mmu_prediction.hpp"

namespace pagelab::test {

// The walks of one paging mode that end at one level, with one setting of NXE and PSE.
struct Space {
    mmu::PagingMode mode;
    unsigned last_level;
    bool nxe;
    bool pse;
};

std::vector<Space> spaces_of(mmu::PagingMode mode);
// The 16 settings of the other controls.
std::vector<Controls> controls_of(Space const& space);

// rights(l) and ends(L) of a space, as lists.
std::vector<Flags> rights_choices(Space const& space, unsigned level);
std::vector<Flags> ending_choices(Space const& space);
// The formula.
uint64_t path_count(Space const& space);

// visit(MmuCase&) each path of a space, with its NXE and PSE.
template<class Visit>
void for_each_path(Space const& space, Visit const& visit)
{
    unsigned const levels = level_count(space.mode);
    std::vector<std::vector<Flags>> choices(levels + 1);
    for (unsigned level = levels; level > space.last_level; --level)
        choices[level] = rights_choices(space, level);
    choices[space.last_level] = ending_choices(space);

    MmuCase mmu_case{space.mode, space.last_level, {}, controls_of(space).front()};
    auto const descend = [&](auto const& self, unsigned level) -> void {
        for (Flags const& entry : choices[level]) {
            mmu_case.entries[level] = entry;
            if (level == space.last_level)
                visit(mmu_case);
            else
                self(self, level - 1);
        }
    };
    descend(descend, levels);
}

} // namespace pagelab::test
