// The loop around fuzz_one: inputs from a seed, half of them with most bits set.
//
// Environment: FUZZ_SEED (default 1), FUZZ_INPUTS (default 20000).
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <vector>

#include <fmt/format.h>

#include "tests/fuzz/fuzz_one.hpp"

namespace {

constexpr size_t kMaxInput = 4096;

uint64_t number_from(char const* variable, uint64_t otherwise)
{
    char const* const text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

} // namespace

TEST_CASE("inputs from a seed")
{
    uint64_t const seed = number_from("FUZZ_SEED", 1);
    uint64_t const inputs = number_from("FUZZ_INPUTS", 20'000);
    // Said beforehand, since a finding ends the process.
    fmt::print("repeat with: FUZZ_SEED={} FUZZ_INPUTS={} tests/bin/{}\n", seed, inputs,
               PAGELAB_FUZZ_NAME);
    std::fflush(stdout);
    std::mt19937_64 random(seed);
    std::vector<std::byte> input;
    for (uint64_t i = 0; i < inputs; ++i) {
        input.resize(random() % (kMaxInput + 1));
        bool const dense = random() % 2 == 0;
        std::ranges::generate(input, [&] {
            uint64_t const bits = random();
            return static_cast<std::byte>(dense ? bits | bits >> 8 | bits >> 16 : bits);
        });
        REQUIRE(fuzz_one(input) == 0);
    }
}
