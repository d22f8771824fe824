// Rounding to multiples of a power of two.
#pragma once

namespace pagelab::lib {

template<class T>
constexpr T align_down(T value, T alignment)
{
    return value & ~(alignment - 1);
}

// Wraps to 0 when the result does not fit.
template<class T>
constexpr T align_up(T value, T alignment)
{
    return align_down(value + (alignment - 1), alignment);
}

template<class T>
constexpr bool is_aligned(T value, T alignment)
{
    return (value & (alignment - 1)) == 0;
}

constexpr bool is_power_of_two(unsigned long value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

static_assert(align_up(4097ul, 4096ul) == 8192 && align_up(4096ul, 4096ul) == 4096);
static_assert(align_down(8191ul, 4096ul) == 4096);
static_assert(is_aligned(8192ul, 4096ul) && !is_aligned(8193ul, 4096ul));
static_assert(is_power_of_two(1) && !is_power_of_two(0) && !is_power_of_two(12));

} // namespace pagelab::lib
