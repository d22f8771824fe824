// One field of formatted text: the flags, width and precision of a directive, and how they apply.
//
// Source: ISO C 7.21.6.1. Private to format.cpp and pointer_*.cpp.
#pragma once

#include <stdint.h>

#include "guestkernel/lib/format.hpp"

namespace pagelab::lib {

enum class length { kChar, kShort, kInt, kLong, kLongLong, kSize };

struct field {
    bool left = false;
    bool zero = false;
    bool plus = false;
    bool space = false;
    bool alternate = false;
    int width = 0;
    int precision = -1; // -1: none given
    length size = length::kInt;
};

// A width or precision as a count: negative ones are 0.
constexpr size_t as_size(int count)
{
    return count > 0 ? static_cast<size_t>(count) : 0;
}

void put_padded(text_output const& out, field const& f, char const* text, size_t count);
void put_text(text_output const& out, field const& f, char const* text); // up to its NUL

enum class letters { kLower, kUpper };

// [spaces] prefix [zeros] digits [spaces]
void put_number(text_output const& out, field const& f, char const* prefix, uint64_t value,
                unsigned base, letters = letters::kLower);

} // namespace pagelab::lib
