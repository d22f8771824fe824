// The loop around fuzz_one: inputs from a seed.
//
// Environment: FUZZ_SEED (default 1), FUZZ_INPUTS (default: the target's).
#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>

#include <fmt/format.h>

#include "tests/fuzz/fuzz_one.hpp"

namespace {

uint64_t number_from(char const* variable, uint64_t otherwise)
{
    char const* const text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

} // namespace

TEST_CASE("inputs from a seed")
{
    uint64_t const seed = number_from("FUZZ_SEED", 1);
    uint64_t const inputs = number_from("FUZZ_INPUTS", PAGELAB_FUZZ_INPUTS);
    // Said beforehand, since a finding ends the process.
    fmt::print("repeat with: FUZZ_SEED={} FUZZ_INPUTS={} tests/bin/{}\n", seed, inputs,
               PAGELAB_FUZZ_NAME);
    std::fflush(stdout);
    std::mt19937_64 random(seed);
    for (uint64_t i = 0; i < inputs; ++i)
        REQUIRE(fuzz_one(next_input(random)) == 0);
}
