// Sizes and numbers as users type them: "128M", "0x1000", "4G", "4096".
#pragma once

#include <cstdint>
#include <string_view>

#include "emu/base/error.hpp"

namespace pagelab {

// Decimal or 0x hexadecimal, no sign, no suffix, at most 64 bits.
Result<uint64_t> parse_number(std::string_view text);

// parse_number with an optional suffix K, M, G or T (powers of 1024, either case); bytes.
Result<uint64_t> parse_size(std::string_view text);

} // namespace pagelab
