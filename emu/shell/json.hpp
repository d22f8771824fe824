// What commands return: one JSON document, from which their text is drawn too.
//
// Addresses, entries and other 64-bit values are strings of hexadecimal digits with 0x, since many
// readers of JSON keep numbers as doubles; counts and sizes are numbers. Members keep their order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "emu/base/error.hpp"
#include "guestkernel/abi/address.hpp"

// Compiled once, in json.cpp: it takes seconds.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace pagelab::shell {

using Json = nlohmann::ordered_json;

// "0xc0100000"
inline std::string hex(uint64_t value)
{
    return fmt::format("{:#x}", value);
}
inline std::string hex(VirtAddr address)
{
    return hex(address.value);
}
inline std::string hex(PhysAddr address)
{
    return hex(address.value);
}

// What hex() wrote; 0 for anything else.
uint64_t number(Json const& value);

// A string member as it is, a number in decimal: for text.
std::string plain(Json const& value);

} // namespace pagelab::shell
