// The walker against the prediction: every case, every control bit, every access.
#include <doctest/doctest.h>

#include <cstring>
#include <random>

#include "emu/mmu/translate.hpp"
#include "tests/model/mmu_enumeration.hpp"
#include "tests/model/mmu_prediction.hpp"
#include "tests/unit/mmu/table_memory.hpp"

using namespace pagelab;
using namespace pagelab::test;
using mmu::Operation;
using mmu::Requester;

namespace {

void write_path(TableMemory& memory, MmuCase const& c, Operation operation, uint64_t noise)
{
    VirtAddr const address = address_of(c.mode, operation);
    for (unsigned level = c.leaf_level; level <= level_count(c.mode); ++level) {
        uint64_t const entry = encode(c, level, target_of(operation), noise);
        uint64_t const where = entry_address(c.mode, level, address);
        if (c.mode == mmu::PagingMode::Bits32)
            memory.put_u32(where, static_cast<uint32_t>(entry));
        else
            memory.put_u64(where, entry);
    }
}

bool flags_agree(MmuCase const& c, Prediction const& expected, mmu::WalkTrace const& trace)
{
    if (trace.size() != level_count(c.mode) - expected.last_level + 1)
        return false;
    for (mmu::WalkStep const& step : trace) {
        bool const last = step.level == expected.last_level;
        if (last && !c.entries[step.level].present) {
            if (step.needs_update())
                return false;
            continue;
        }
        bool const pointer = c.mode == mmu::PagingMode::Pae && step.level == 3;
        uint64_t wanted = step.raw;
        if (!pointer)
            wanted = (step.raw & ~uint64_t{0x20}) | uint64_t{expected.accessed[step.level]} << 5;
        if (last && step.level == c.leaf_level)
            wanted = (wanted & ~uint64_t{0x40}) | uint64_t{expected.dirty} << 6;
        if (step.updated != wanted)
            return false;
    }
    return true;
}

bool agrees(MmuCase const& c, TableMemory const& memory, mmu::Access access)
{
    VirtAddr const address = address_of(c.mode, access.operation);
    Prediction const expected = predict(c, access);
    auto const result = translate(context_of(c), memory, address, access);
    if (result.has_value() != expected.allowed)
        return false;
    if (result)
        return result->address == target_of(access.operation) &&
               flags_agree(c, expected, result->trace);
    return result.error().vector == x86::Vector::page_fault &&
           result.error().error_code == expected.error_code &&
           flags_agree(c, expected, result.error().trace);
}

} // namespace

TEST_CASE("the walker does what the flags predict, in every combination")
{
    TableMemory memory(kTables + 6 * kPageSize);
    std::mt19937_64 noise(1);
    std::vector<Controls> const controls = all_controls();
    uint64_t accesses = 0;
    uint64_t mismatches = 0;
    for (Shape const& shape : all_shapes()) {
        for_each_case(shape, [&](MmuCase& c) {
            for (Operation const operation :
                 {Operation::Read, Operation::Write, Operation::Fetch}) {
                write_path(memory, c, operation, noise());
                for (Controls const& control : controls) {
                    c.controls = control;
                    for (Requester const requester :
                         {Requester::User, Requester::Supervisor, Requester::ImplicitSupervisor}) {
                        ++accesses;
                        mismatches += !agrees(c, memory, {operation, requester});
                    }
                }
            }
        });
    }
    MESSAGE(accesses << " accesses");
    CHECK(accesses > 10'000'000);
    CHECK(mismatches == 0);
}
