// Bit positions and integer roots, counted as Linux counts them: fls and ffs start at 1, __ffs at
// 0.
//
// Source: Linux 6.1 include/linux/bitops.h, include/linux/log2.h, lib/math/int_sqrt.c.
#pragma once

#include <stdint.h>

namespace pagelab::lib {

// Position of the highest bit set, from 1; 0 if there is none.
constexpr unsigned fls64(uint64_t value)
{
    return value == 0 ? 0 : 64 - static_cast<unsigned>(__builtin_clzll(value));
}

// Position of the lowest bit set, from 0. Of 0 it is the width of the type.
constexpr unsigned lowest_bit(unsigned long value)
{
    return value == 0 ? unsigned{sizeof(value) * 8} : static_cast<unsigned>(__builtin_ctzl(value));
}

// How many bits are set.
constexpr unsigned hweight_long(unsigned long value)
{
    return static_cast<unsigned>(__builtin_popcountl(value));
}

// The largest power of two not above value (> 0).
constexpr unsigned long rounddown_pow_of_two(unsigned long value)
{
    return 1ul << (fls64(value) - 1);
}

// The largest integer whose square is not above value.
constexpr unsigned long int_sqrt(uint64_t value)
{
    uint64_t root = 0;
    for (uint64_t bit = uint64_t{1} << 62; bit != 0; bit >>= 2) {
        if (value >= root + bit) {
            value -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return static_cast<unsigned long>(root);
}

static_assert(fls64(0) == 0 && fls64(1) == 1 && fls64(uint64_t{1} << 63) == 64);
static_assert(lowest_bit(1) == 0 && lowest_bit(0x1000) == 12);
static_assert(rounddown_pow_of_two(76) == 64 && rounddown_pow_of_two(1) == 1);
static_assert(int_sqrt(0) == 0 && int_sqrt(15) == 3 && int_sqrt(16) == 4);
static_assert(int_sqrt(uint64_t{0xffff'ffff} * 0xffff'ffff) == 0xffff'ffff);

} // namespace pagelab::lib
