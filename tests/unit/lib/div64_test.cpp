#include <cstdint>
#include <random>

#include <doctest/doctest.h>

extern "C" {
uint64_t __udivdi3(uint64_t dividend, uint64_t divisor);
uint64_t __umoddi3(uint64_t dividend, uint64_t divisor);
uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t* remainder);
int64_t __divdi3(int64_t dividend, int64_t divisor);
int64_t __moddi3(int64_t dividend, int64_t divisor);
}

namespace {

// Numbers of every length, so that each path is met.
uint64_t any_number(std::mt19937_64& random)
{
    return random() >> (random() % 64);
}

} // namespace

TEST_CASE("64-bit division equals the CPU's")
{
    constexpr unsigned kSeed = 1;
    std::mt19937_64 random(kSeed);
    INFO("seed ", kSeed);
    for (int i = 0; i < 100'000; i++) {
        uint64_t const a = any_number(random);
        uint64_t const b = any_number(random) | 1;
        REQUIRE(__udivdi3(a, b) == a / b);
        REQUIRE(__umoddi3(a, b) == a % b);
        uint64_t remainder = 0;
        REQUIRE(__udivmoddi4(a, b, &remainder) == a / b);
        REQUIRE(remainder == a % b);
        auto const signed_a = static_cast<int64_t>(a);
        auto const signed_b = static_cast<int64_t>(b);
        if (signed_b == -1 && signed_a == INT64_MIN)
            continue;
        REQUIRE(__divdi3(signed_a, signed_b) == signed_a / signed_b);
        REQUIRE(__moddi3(signed_a, signed_b) == signed_a % signed_b);
    }
}
