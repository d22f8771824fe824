// What commands on raw memory take as words: sizes, units, numbers of a unit, bytes.
#pragma once

#include <string>
#include <vector>

#include "emu/shell/session.hpp"

namespace pagelab::shell {

// "64K", "0x1000", or an expression; at least 1.
Result<uint64_t> parse_length(Session& session, std::string const& text);

// "/g" is 8 bytes: b, h, w, g.
Result<unsigned> parse_unit(std::string_view word);

// The value of an expression, if it fits into `bytes`, with or without sign.
Result<uint64_t> value_that_fits(Session& session, std::string const& text, unsigned bytes);

// "de ad be ef" or "deadbeef".
Result<std::vector<std::byte>> parse_bytes(std::string_view text);

// "de ad be ef".
std::string bytes_text(std::span<std::byte const> bytes);

} // namespace pagelab::shell
