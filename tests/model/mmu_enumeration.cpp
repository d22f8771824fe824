// The choices for one entry: rights above the last level, everything at it.
#include "tests/model/mmu_enumeration.hpp"

namespace pagelab::test {

using mmu::PagingMode;

namespace {

constexpr uint64_t bit(unsigned position)
{
    return uint64_t{1} << position;
}

// None, and one of each kind: the lowest and the highest address bit beyond MAXPHYADDR, bits of the
// mode, the lowest and the highest below a large page's address.
std::vector<uint64_t> reserved_choices(MmuCase const& c, unsigned level)
{
    bool const large_page = level > 1 && is_leaf(c, level);
    if (c.mode == PagingMode::Bits32)
        return large_page ? std::vector<uint64_t>{0, bit(21)} : std::vector<uint64_t>{0};
    std::vector<uint64_t> choices = {0, bit(40), bit(c.mode == PagingMode::Pae ? 62 : 51)};
    if (is_pointer(c.mode, level))
        choices.push_back(bit(8));
    if (large_page) {
        choices.push_back(bit(13));
        choices.push_back(bit(level == 2 ? 20 : 29));
    }
    return choices;
}

// All settings of the seven bits; bit n of `value` says yes to the n-th.
Flags flags_of(unsigned value)
{
    return {(value & 1) != 0,  (value & 2) != 0,  (value & 4) != 0,  (value & 8) != 0,
            (value & 16) != 0, (value & 32) != 0, (value & 64) != 0, 0};
}

} // namespace

std::vector<Space> spaces_of(PagingMode mode)
{
    std::vector<Space> spaces;
    for (unsigned level = level_count(mode); level > 0; --level)
        for (bool const nxe : {false, true})
            for (bool const pse : {false, true})
                spaces.push_back({mode, level, nxe, pse});
    return spaces;
}

std::vector<Controls> controls_of(Space const& space)
{
    std::vector<Controls> all;
    for (unsigned value = 0; value < 16; ++value)
        all.push_back({(value & 1) != 0, (value & 2) != 0, (value & 4) != 0, space.nxe,
                       (value & 8) != 0, space.pse});
    return all;
}

std::vector<Flags> rights_choices(Space const& space, unsigned level)
{
    if (is_pointer(space.mode, level))
        return {flags_of(1)};
    bool const has_nx = space.nxe && space.mode != PagingMode::Bits32;
    std::vector<Flags> choices;
    for (unsigned value = 0; value < (has_nx ? 8u : 4u); ++value)
        choices.push_back(
            {true, (value & 1) != 0, (value & 2) != 0, true, true, false, (value & 4) != 0, 0});
    return choices;
}

std::vector<Flags> ending_choices(Space const& space)
{
    MmuCase c{space.mode, space.last_level, {}, controls_of(space).front()};
    Flags& entry = c.entries[space.last_level];
    std::vector<Flags> choices;
    for (unsigned value = 0; value < (space.mode == PagingMode::Bits32 ? 64u : 128u); ++value) {
        entry = flags_of(value);
        for (uint64_t const reserved : reserved_choices(c, space.last_level)) {
            entry.reserved = reserved;
            if (ends_walk(c, space.last_level))
                choices.push_back(entry);
        }
    }
    return choices;
}

uint64_t path_count(Space const& space)
{
    uint64_t count = ending_choices(space).size();
    for (unsigned level = level_count(space.mode); level > space.last_level; --level)
        count *= rights_choices(space, level).size();
    return count;
}

} // namespace pagelab::test
