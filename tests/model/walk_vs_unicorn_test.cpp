// The walker against Unicorn's own MMU: every walk of mmu_enumeration, and the known differences.
//
// Unicorn is asked in two ways (mmu_probe.hpp): by look-ups, which are its walk of the tables
// alone, and by instructions, which come to that walk through all of its processor. The controls:
//
//                look-ups           instructions, explicit   instructions, implicit
//   32-bit, PAE  all 2^6            those that matter        all 2^6, CPL 0 and 3
//   4 levels     all 2^5, PSE = 0   those that matter        those that matter, CPL 0 and 3
//   5 levels     those that matter  none                     those that matter, CPL 3
//
// matters() says which. That the others say nothing, in any walk, walk_exhaustive_test proves of
// the walker; of Unicorn the look-ups do, whose code for 4 levels is that for 5.
#include <doctest/doctest.h>

#include <random>

#include <fmt/format.h>

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
constexpr Requester kExplicit[] = {Requester::User, Requester::Supervisor};

enum class Way { LookUp, Instruction, Implicit };
enum class Settings { All, ThatMatter };

// Whether these controls are the first that say the same to this access. User accesses look at none
// of WP, SMAP, AC; AC says nothing without SMAP; only fetches look at SMEP, only writes at WP.
bool matters(Controls const& controls, Access access)
{
    bool const fetch = access.operation == Operation::Fetch;
    bool const user = access.requester == Requester::User;
    if (controls.pse || (controls.wp && (user || access.operation != Operation::Write)))
        return false;
    if (controls.smep && !fetch)
        return false;
    return controls.smap ? !user && !fetch : !controls.ac;
}

// Unicorn takes a PAE page-directory pointer's bits 2:1 and 8:5 for nothing.
bool is_known_difference(MmuCase const& c)
{
    Flags const& entry = c.entries[3];
    return is_pointer(c.mode, c.last_level) && entry.present &&
           (entry.writable || entry.user || entry.accessed || entry.dirty || entry.large ||
            entry.reserved == 0x100);
}

class Comparison {
  public:
    Comparison(PagingMode mode, Way way, Settings settings)
        : mode_(mode), way_(way), settings_(settings)
    {
        for (Space const& space : spaces_of(mode)) {
            if (is_long(mode) && space.pse)
                continue;
            oracle_.probe().map_stubs(context_of({mode, 1, {}, {}}));
            for (Controls const& controls : controls_of(space))
                compare(space, controls);
        }
        constexpr char const* kWays[] = {"look-ups", "instructions, explicit",
                                         "instructions, implicit"};
        MESSAGE(fmt::format("{}: {} {}; {} allowed, {} known differences left out", name(mode),
                            oracle_.accesses, kWays[static_cast<unsigned>(way)], oracle_.allowed,
                            known_));
        CHECK(oracle_.accesses > 1000);
        CHECK(oracle_.skipped == 0);
        CHECK(mismatches_ == 0);
    }

  private:
    void compare(Space const& space, Controls const& controls)
    {
        if (way_ == Way::Implicit) {
            Access const access{Operation::Read, Requester::ImplicitSupervisor};
            if (settings_ == Settings::All || matters(controls, access))
                compare_paths(space, controls, {access});
            return;
        }
        for (Requester const requester : kExplicit) {
            std::vector<Access> accesses;
            for (Operation const operation : kOperations)
                if (settings_ == Settings::All || matters(controls, {operation, requester}))
                    accesses.push_back({operation, requester});
            if (!accesses.empty())
                compare_paths(space, controls, accesses);
        }
    }

    void compare_paths(Space const& space, Controls const& controls,
                       std::vector<Access> const& accesses)
    {
        MmuCase const empty{space.mode, space.last_level, {}, controls};
        mmu::Context const context = context_of(empty);
        if (way_ == Way::LookUp)
            oracle_.probe().enter(context, accesses.front().requester);
        for_each_path(space, [&](MmuCase& c) {
            Noise noise;
            noise.fill(random_());
            auto const put = [this](uint64_t address, uint64_t entry, unsigned bytes) {
                oracle_.put(address, entry, bytes);
            };
            write_path(c, Operation::Read, noise, put);
            write_path(c, Operation::Fetch, noise, put);
            if (is_known_difference(c)) {
                known_ += accesses.size();
                return;
            }
            for (Access const access : accesses)
                compare_access(c, context, access);
        });
    }

    void compare_access(MmuCase const& c, mmu::Context const& context, Access access)
    {
        VirtAddr const address = address_of(mode_, access.operation);
        if (way_ == Way::LookUp)
            return judge(c, context, access, oracle_.look_up_difference(context, address, access));
        judge(c, context, access, oracle_.difference(context, address, access, 3));
        if (way_ == Way::Implicit && mode_ != PagingMode::Level5)
            judge(c, context, access, oracle_.difference(context, address, access, 0));
    }

    void judge(MmuCase const& c, mmu::Context const& context, Access access,
               std::string const& difference)
    {
        if (difference.empty() || ++mismatches_ >= 10)
            return;
        MESSAGE(fmt::format("{} ends at {} cr0 {:#x} cr4 {:#x} efer {:#x} rflags {:#x} operation "
                            "{} requester {}: {}",
                            name(mode_), c.last_level, context.cr0, context.cr4, context.efer,
                            context.rflags, static_cast<int>(access.operation),
                            static_cast<int>(access.requester), difference));
    }

    PagingMode mode_;
    Way way_;
    Settings settings_;
    MmuOracle oracle_;
    std::mt19937_64 random_{1};
    uint64_t mismatches_ = 0;
    uint64_t known_ = 0;
};

void compare_mode(PagingMode mode)
{
    Comparison(mode, Way::LookUp, Settings::All);
    Comparison(mode, Way::Instruction, Settings::ThatMatter);
    Comparison(mode, Way::Implicit, is_long(mode) ? Settings::ThatMatter : Settings::All);
}

void write_path(MmuOracle& oracle, MmuCase const& c)
{
    write_path(c, Operation::Read, Noise{}, [&](uint64_t address, uint64_t entry, unsigned bytes) {
        oracle.put(address, entry, bytes);
    });
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
    Comparison(PagingMode::Level5, Way::LookUp, Settings::ThatMatter);
    Comparison(PagingMode::Level5, Way::Implicit, Settings::ThatMatter);
}

TEST_CASE("known difference: Unicorn ignores the reserved bits 2:1 and 8:5 of a PAE PDPTE")
{
    for (unsigned const bit : {1u, 2u, 5u, 6u, 7u, 8u}) {
        MmuOracle oracle;
        MmuCase c{PagingMode::Pae, 1, {}, {}};
        c.entries[3] = {true, false, false, false, false, false, false, uint64_t{1} << bit};
        oracle.probe().map_stubs(context_of(c));
        write_path(oracle, c);
        VirtAddr const address = address_of(c.mode, Operation::Read);
        CHECK(!oracle.probe().access(context_of(c), address, {}).faulted);
        CHECK(oracle.difference(context_of(c), address, {}).starts_with("walker: vector 14 code"));
    }
}

TEST_CASE("known difference: at CPL 0 Unicorn lets RFLAGS.AC excuse implicit accesses from SMAP")
{
    MmuOracle oracle;
    MmuCase c{PagingMode::Level4, 1, {}, {}};
    c.controls.smap = c.controls.ac = true;
    oracle.probe().map_stubs(context_of(c));
    write_path(oracle, c);
    Access const implicit{Operation::Read, Requester::ImplicitSupervisor};
    VirtAddr const address = address_of(c.mode, Operation::Read);
    CHECK(oracle.probe().access(context_of(c), address, implicit, 0).vector == 13);
    CHECK(oracle.probe().access(context_of(c), address, implicit, 3).vector == 14);
    CHECK(oracle.difference(context_of(c), address, implicit, 3).empty());
}
