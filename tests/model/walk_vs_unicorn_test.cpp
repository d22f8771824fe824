// The walker against Unicorn's own MMU: the cases of mmu_enumeration, and the known differences.
#include <doctest/doctest.h>

#include <random>

#include "tests/model/mmu_enumeration.hpp"
#include "tests/model/mmu_oracle.hpp"

using namespace pagelab;
using namespace pagelab::test;
using mmu::Access;
using mmu::Operation;
using mmu::PagingMode;
using mmu::Requester;

namespace {

constexpr Operation kOperations[] = {Operation::Read, Operation::Write, Operation::Fetch};

struct Question {
    Access access;
    unsigned level; // CPL
};

void write_path(MmuOracle& oracle, MmuCase const& c, Operation operation, uint64_t noise)
{
    VirtAddr const address = address_of(c.mode, operation);
    for (unsigned level = c.leaf_level; level <= level_count(c.mode); ++level)
        oracle.put(entry_address(c.mode, level, address),
                   encode(c, level, target_of(operation), noise),
                   c.mode == PagingMode::Bits32 ? 4 : 8);
}

// Whether these controls can matter to this access. User accesses look at none of WP, SMAP, AC;
// AC says nothing without SMAP; implicit reads see SMAP, AC and NXE.
bool relevant(Controls const& controls, Question const& question)
{
    if (controls.ac && !controls.smap)
        return false;
    if (question.access.requester == Requester::User)
        return controls.wp == controls.smap && controls.smap == controls.ac;
    if (question.access.requester == Requester::ImplicitSupervisor)
        return !controls.wp && !controls.smep;
    if (question.access.operation == Operation::Read)
        return !controls.wp && !controls.smep;
    if (question.access.operation == Operation::Write)
        return !controls.smep;
    return controls.wp == controls.smap && controls.smap == controls.ac;
}

std::vector<Question> questions()
{
    std::vector<Question> all;
    for (Operation const operation : kOperations) {
        all.push_back({{operation, Requester::User}, 3});
        all.push_back({{operation, Requester::Supervisor}, 0});
    }
    all.push_back({{Operation::Read, Requester::ImplicitSupervisor}, 0});
    all.push_back({{Operation::Read, Requester::ImplicitSupervisor}, 3});
    return all;
}

// Below the PML5, five levels are four levels: only pairs with the PML5 entry are new.
bool is_new(Shape const& shape)
{
    return shape.mode != PagingMode::Level5 || shape.upper == 5;
}

std::string describe(MmuCase const& c, Question const& question)
{
    return fmt::format("{} leaf {} wp {} smep {} smap {} nxe {} ac {} operation {} requester {} "
                       "cpl {}",
                       name(c.mode), c.leaf_level, c.controls.wp, c.controls.smep, c.controls.smap,
                       c.controls.nxe, c.controls.ac, static_cast<int>(question.access.operation),
                       static_cast<int>(question.access.requester), question.level);
}

void compare_mode(PagingMode mode)
{
    MmuOracle oracle;
    std::mt19937_64 noise(1);
    std::vector<Controls> const controls = all_controls();
    std::vector<Question> const all_questions = questions();
    uint64_t mismatches = 0;
    for (Shape const& shape : all_shapes()) {
        if (shape.mode != mode || !is_new(shape))
            continue;
        oracle.probe().map_stubs(context_of({shape.mode, shape.leaf_level, {}, {}}));
        for_each_case(shape, [&](MmuCase& c) {
            uint64_t const bits = noise();
            write_path(oracle, c, Operation::Read, bits);
            write_path(oracle, c, Operation::Fetch, bits);
            for (Question const& question : all_questions) {
                for (Controls const& control : controls) {
                    if (!relevant(control, question))
                        continue;
                    c.controls = control;
                    std::string const text = oracle.difference(
                        context_of(c), address_of(c.mode, question.access.operation),
                        question.access, question.level);
                    if (!text.empty() && ++mismatches < 10)
                        MESSAGE(describe(c, question) << ": " << text);
                }
            }
        });
    }
    MESSAGE(std::string(name(mode))
            << ": " << oracle.accesses << " accesses, " << oracle.allowed << " allowed");
    CHECK(oracle.accesses > 10'000);
    CHECK(oracle.skipped == 0);
    CHECK(mismatches == 0);
}

} // namespace

TEST_CASE("32-bit paging: every combination as Unicorn has it")
{
    compare_mode(PagingMode::Bits32);
}
TEST_CASE("PAE paging: every combination as Unicorn has it")
{
    compare_mode(PagingMode::Pae);
}
TEST_CASE("4-level paging: every combination as Unicorn has it")
{
    compare_mode(PagingMode::Level4);
}
TEST_CASE("5-level paging: every combination as Unicorn has it")
{
    compare_mode(PagingMode::Level5);
}

TEST_CASE("known difference: Unicorn ignores the reserved bits 2:1 and 8:5 of a PAE PDPTE")
{
    for (unsigned const bit : {1u, 2u, 5u, 6u, 7u, 8u}) {
        MmuOracle oracle;
        MmuCase c{PagingMode::Pae, 1, {}, {}};
        oracle.probe().map_stubs(context_of(c));
        c.entries[3].reserved = uint64_t{1} << bit;
        write_path(oracle, c, Operation::Read, 0);
        VirtAddr const address = address_of(c.mode, Operation::Read);
        CHECK(!oracle.probe().access(context_of(c), address, {}).faulted);
        CHECK(oracle.difference(context_of(c), address, {}).starts_with("walker: vector 14 code"));
    }
}

TEST_CASE("known difference: at CPL 0 Unicorn lets RFLAGS.AC excuse implicit accesses from SMAP")
{
    MmuOracle oracle;
    MmuCase c{PagingMode::Level4, 1, {}, {}};
    c.controls = {false, false, true, false, true};
    oracle.probe().map_stubs(context_of(c));
    write_path(oracle, c, Operation::Read, 0);
    Access const implicit{Operation::Read, Requester::ImplicitSupervisor};
    VirtAddr const address = address_of(c.mode, Operation::Read);
    CHECK(oracle.probe().access(context_of(c), address, implicit, 0).vector == 13);
    CHECK(oracle.probe().access(context_of(c), address, implicit, 3).vector == 14);
    CHECK(oracle.difference(context_of(c), address, implicit, 3).empty());
}
