// The walker against the prediction: every walk, every control bit, every access, both ways.
//
// The space is that of mmu_enumeration. One factor is left out: PSE stays 0 in 5-level paging. That
// it says nothing in the 8-byte formats the other spaces show, where both settings are walked, and
// for the PML5 entry the test after that. What mmu_enumeration calls noise is proven to be such.
#include <doctest/doctest.h>

#include <random>

#include "emu/mmu/translate.hpp"
#include "tests/model/mmu_enumeration.hpp"
#include "tests/unit/mmu/table_memory.hpp"

using namespace pagelab;
using namespace pagelab::test;
using mmu::Access;
using mmu::Operation;
using mmu::PagingMode;
using mmu::Requester;

namespace {

constexpr Operation kOperations[] = {Operation::Read, Operation::Write, Operation::Fetch};
constexpr Requester kRequesters[] = {Requester::User, Requester::Supervisor,
                                     Requester::ImplicitSupervisor};

bool flags_agree(MmuCase const& c, Prediction const& expected, mmu::WalkTrace const& trace)
{
    if (trace.size() != level_count(c.mode) - c.last_level + 1)
        return false;
    for (mmu::WalkStep const& step : trace) {
        uint64_t wanted = step.raw;
        if (step.level == c.last_level)
            wanted = (step.raw & ~uint64_t{0x60}) | uint64_t{expected.accessed} << 5 |
                     uint64_t{expected.dirty} << 6;
        else if (!is_pointer(c.mode, step.level))
            wanted |= 0x20;
        if (step.updated != wanted)
            return false;
    }
    return true;
}

bool agrees(MmuCase const& c, mmu::Context const& context, TableMemory const& memory, Access access)
{
    VirtAddr const address = address_of(c.mode, access.operation);
    Prediction const expected = predict(c, access);
    auto const result = translate(context, memory, address, access);
    if (result.has_value() != expected.allowed)
        return false;
    if (result)
        return result->address == target_of(access.operation) &&
               flags_agree(c, expected, result->trace);
    return result.error().vector == x86::Vector::page_fault &&
           result.error().error_code == expected.error_code &&
           flags_agree(c, expected, result.error().trace);
}

class Comparison {
  public:
    // All accesses to the path under these controls.
    void path(MmuCase& c, std::vector<Controls> const& all, Noise const& noise)
    {
        auto const put = [this](uint64_t address, uint64_t entry, unsigned bytes) {
            if (bytes == 4)
                memory_.put_u32(address, static_cast<uint32_t>(entry));
            else
                memory_.put_u64(address, entry);
        };
        write_path(c, Operation::Read, noise, put);
        write_path(c, Operation::Fetch, noise, put);
        ++paths;
        for (Controls const& controls : all) {
            c.controls = controls;
            mmu::Context const context = context_of(c);
            for (Operation const operation : kOperations) {
                for (Requester const requester : kRequesters) {
                    ++accesses;
                    mismatches += !agrees(c, context, memory_, {operation, requester});
                }
            }
        }
    }

    uint64_t paths = 0;
    uint64_t accesses = 0;
    uint64_t mismatches = 0;

  private:
    TableMemory memory_{kTables + 6 * kPageSize};
};

bool is_walked(Space const& space)
{
    return space.mode != PagingMode::Level5 || !space.pse;
}

void compare_mode(PagingMode mode, uint64_t expected_paths)
{
    Comparison comparison;
    std::mt19937_64 random(1);
    for (Space const& space : spaces_of(mode)) {
        if (!is_walked(space))
            continue;
        auto const controls = controls_of(space);
        uint64_t const before = comparison.paths;
        for_each_path(space, [&](MmuCase& c) {
            Noise noise;
            noise.fill(random());
            comparison.path(c, controls, noise);
        });
        CHECK(comparison.paths - before == path_count(space));
    }
    MESSAGE(std::string(name(mode))
            << ": " << comparison.paths << " paths, " << comparison.accesses << " accesses");
    CHECK(comparison.paths == expected_paths);
    CHECK(comparison.accesses == expected_paths * 16 * 9);
    CHECK(comparison.mismatches == 0);
}

} // namespace

// ends(2) and ends(1) are 32 and 64, with PSE 80 and 64; NXE says nothing.
TEST_CASE("32-bit paging: the walker does what the flags predict, in every combination")
{
    compare_mode(PagingMode::Bits32, 2 * ((32 + 4 * 64) + (80 + 4 * 64)));
}
// ends(3..1) are 511, 480 with NXE or 496 without, 384; PSE says nothing.
TEST_CASE("PAE paging: the walker does what the flags predict, in every combination")
{
    compare_mode(PagingMode::Pae, 2 * ((511 + 480 + 8 * 384) + (511 + 496 + 4 * 384)));
}
// ends(5) and ends(4) are 352 with NXE or 368 without; ends(3..1) are 480 or 496, the same, 384.
TEST_CASE("4-level paging: the walker does what the flags predict, in every combination")
{
    compare_mode(PagingMode::Level4, 2 * ((352 + 8 * (480 + 8 * (480 + 8 * 384))) +
                                          (368 + 4 * (496 + 4 * (496 + 4 * 384)))));
}
TEST_CASE("5-level paging: the walker does what the flags predict, in every combination")
{
    compare_mode(PagingMode::Level5, (352 + 8 * (352 + 8 * (480 + 8 * (480 + 8 * 384)))) +
                                         (368 + 4 * (368 + 4 * (496 + 4 * (496 + 4 * 384)))));
}

TEST_CASE("5-level paging: PSE says nothing to any entry at any level")
{
    Comparison comparison;
    for (Space const& space : spaces_of(PagingMode::Level5)) {
        if (is_walked(space))
            continue;
        MmuCase c{space.mode, space.last_level, {}, {}};
        for (Flags const& last : ending_choices(space)) {
            c.entries[space.last_level] = last;
            comparison.path(c, controls_of(space), Noise{});
        }
    }
    MESSAGE(comparison.accesses << " accesses");
    CHECK(comparison.paths == 352 + 352 + 480 + 480 + 384 + 368 + 368 + 496 + 496 + 384);
    CHECK(comparison.mismatches == 0);
}

// Each level's ignored bits, with the accessed flag of all but the last, all clear or all set:
// every combination over the levels, for every path, under no control and under all of them.
TEST_CASE("what the enumeration calls noise is ignored, at each level alone")
{
    Comparison comparison;
    for (PagingMode const mode : {PagingMode::Bits32, PagingMode::Pae, PagingMode::Level4}) {
        unsigned const levels = level_count(mode);
        for (Space const& space : spaces_of(mode)) {
            if (mode != PagingMode::Bits32 && space.pse)
                continue;
            auto const all = controls_of(space);
            unsigned const combinations = 1u << (levels - space.last_level + 1);
            for_each_path(space, [&](MmuCase& c) {
                for (unsigned value = 0; value < combinations; ++value) {
                    Noise noise{};
                    for (unsigned level = space.last_level; level <= levels; ++level)
                        noise[level] = uint64_t{0} - (value >> (level - space.last_level) & 1);
                    comparison.path(c, {all.front(), all.back()}, noise);
                }
            });
        }
    }
    MESSAGE(comparison.accesses << " accesses");
    CHECK(comparison.accesses > 50'000'000);
    CHECK(comparison.mismatches == 0);
}
