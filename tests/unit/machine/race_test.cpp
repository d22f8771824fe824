// Interleavings: the same seed repeats a run to the instruction, and a race shows on some seeds.
#include <compare>
#include <set>

#include <doctest/doctest.h>

#include "tests/unit/machine/smp_bench.hpp"

using namespace pagelab;
using machine::Outcome;
using namespace test;

namespace {

constexpr uint16_t kTimes = 300;
constexpr unsigned kSeeds = 200;

struct Counted {
    unsigned counter = 0;
    uint64_t instructions = 0, ns = 0;
    auto operator<=>(Counted const&) const = default;
};

// Every CPU counts kTimes in a shared word; the first one prints it.
Counted count(SmpCode const& once, unsigned cpus, uint64_t seed)
{
    auto const loop = [&](SmpCode code) { // mov cx, kTimes; again: ...; loop again
        code.raw({0xb9}).word(kTimes);
        for (uint8_t const byte : once.get())
            code.raw({byte});
        code.raw({0xe2, static_cast<uint8_t>(-2 - static_cast<int>(once.get().size()))});
        return code.lock_inc(kReady);
    };
    RomBench bench(loop(SmpCode().start_others())
                       .wait_for(kReady, static_cast<uint16_t>(cpus))
                       .print_word(kCounter)
                       .hlt(),
                   loop(SmpCode()).hlt(), smp_config(cpus, seed));
    REQUIRE(bench.machine);
    REQUIRE(bench.machine->run() == Outcome::Halted);
    return {word_of(bench.sitter.debug), bench.machine->engine().instructions(),
            bench.machine->now_ns()};
}

SmpCode load_and_store() // mov ax, [kCounter]; inc ax; mov [kCounter], ax
{
    return SmpCode().raw({0xa1}).word(kCounter).raw({0x40, 0xa3}).word(kCounter);
}

} // namespace

TEST_CASE("load, add, store: some seeds lose updates; with LOCK none does")
{
    unsigned lost = 0;
    std::set<Counted> runs;
    for (uint64_t seed = 0; seed < kSeeds; ++seed) {
        CAPTURE(seed);
        Counted const broken = count(load_and_store(), 2, seed);
        CHECK(broken.counter <= 2 * kTimes);
        lost += broken.counter < 2 * kTimes;
        runs.insert(broken);
        CHECK(count(SmpCode().lock_inc(kCounter), 2, seed).counter == 2 * kTimes);
    }
    MESSAGE(lost << " of " << kSeeds << " seeds lost updates");
    CHECK(lost > kSeeds / 20);
    CHECK(runs.size() > kSeeds / 2);
}

TEST_CASE("the same seed is the same run, to the instruction")
{
    for (unsigned const cpus : {2u, 16u})
        for (uint64_t const seed : {0u, 1u, 77u})
            CHECK(count(load_and_store(), cpus, seed) == count(load_and_store(), cpus, seed));
}
