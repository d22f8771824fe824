// The lesser and the greater of two values of one type.
#pragma once

namespace pagelab::lib {

template<class T>
constexpr T min(T a, T b)
{
    return a < b ? a : b;
}

template<class T>
constexpr T max(T a, T b)
{
    return a < b ? b : a;
}

static_assert(min(-1, 2) == -1 && min(2ul, 2ul) == 2 && max(-1, 2) == 2 && max(3, 2) == 3);

} // namespace pagelab::lib
