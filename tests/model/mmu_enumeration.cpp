// The choices for one entry, and their products over two levels.
#include "tests/model/mmu_enumeration.hpp"

namespace pagelab::test {

using mmu::PagingMode;

namespace {

constexpr uint64_t bit(unsigned position)
{
    return uint64_t{1} << position;
}

// One of each kind of reserved bit: an address bit beyond MAXPHYADDR (first, last), one of the
// mode, one below a large page's address.
std::vector<uint64_t> reserved_choices(PagingMode mode, unsigned level, bool leaf)
{
    if (mode == PagingMode::Bits32)
        return leaf && level == 2 ? std::vector<uint64_t>{0, bit(21)} : std::vector<uint64_t>{0};
    std::vector<uint64_t> choices = {0, bit(40), bit(51)};
    if (mode == PagingMode::Pae)
        choices.back() = bit(62);
    if (mode != PagingMode::Pae && level > 3)
        choices.back() = bit(7);
    if (leaf && level > 1)
        choices.push_back(bit(level == 2 ? 20 : 29));
    return choices;
}

std::vector<Flags> entry_choices(PagingMode mode, unsigned level, bool leaf)
{
    std::vector<Flags> choices(1);
    choices[0].present = false;
    bool const pointer = mode == PagingMode::Pae && level == 3;
    for (uint64_t const reserved : reserved_choices(mode, level, leaf)) {
        for (unsigned value = 0; value < 32; ++value) {
            Flags const flags{true,
                              (value & 1) == 0,
                              (value & 2) == 0,
                              (value & 4) == 0,
                              (value & 8) == 0,
                              (value & 16) != 0,
                              reserved};
            if (pointer && value != 0)
                break; // a PDPTE has none of these
            if (!leaf && !flags.dirty)
                continue;
            if (mode == PagingMode::Bits32 && flags.no_execute)
                continue;
            choices.push_back(flags);
        }
    }
    return choices;
}

} // namespace

std::vector<Shape> all_shapes()
{
    std::vector<Shape> shapes;
    auto const add = [&](PagingMode mode, unsigned leaf) {
        unsigned const levels = level_count(mode);
        if (leaf == levels)
            shapes.push_back({mode, leaf, leaf, leaf});
        for (unsigned upper = levels; upper > leaf; --upper)
            for (unsigned lower = upper - 1; lower >= leaf; --lower)
                shapes.push_back({mode, leaf, upper, lower});
    };
    for (PagingMode const mode : {PagingMode::Bits32, PagingMode::Pae}) {
        add(mode, 1);
        add(mode, 2);
    }
    for (PagingMode const mode : {PagingMode::Level4, PagingMode::Level5})
        for (unsigned const leaf : {1u, 2u, 3u})
            add(mode, leaf);
    return shapes;
}

void for_each_case(Shape const& shape, std::function<void(MmuCase&)> const& visit)
{
    auto const choices = [&](unsigned level) {
        return entry_choices(shape.mode, level, level == shape.leaf_level);
    };
    MmuCase mmu_case{shape.mode, shape.leaf_level, {}, {}};
    for (Flags const& upper : choices(shape.upper)) {
        mmu_case.entries[shape.upper] = upper;
        if (shape.lower == shape.upper) {
            visit(mmu_case);
            continue;
        }
        for (Flags const& lower : choices(shape.lower)) {
            mmu_case.entries[shape.lower] = lower;
            visit(mmu_case);
        }
    }
}

std::vector<Controls> all_controls()
{
    std::vector<Controls> all;
    for (unsigned value = 0; value < 32; ++value)
        all.push_back({(value & 1) != 0, (value & 2) != 0, (value & 4) != 0, (value & 8) != 0,
                       (value & 16) != 0});
    return all;
}

} // namespace pagelab::test
