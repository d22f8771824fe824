// Inputs of random bytes, half of them with most bits set.
#include <algorithm>
#include <cstdint>

#include "tests/fuzz/fuzz_one.hpp"

namespace {

constexpr size_t kMaxInput = 4096;

} // namespace

std::vector<std::byte> next_input(std::mt19937_64& random)
{
    std::vector<std::byte> input(random() % (kMaxInput + 1));
    bool const dense = random() % 2 == 0;
    std::ranges::generate(input, [&] {
        uint64_t const bits = random();
        return static_cast<std::byte>(dense ? bits | bits >> 8 | bits >> 16 : bits);
    });
    return input;
}
