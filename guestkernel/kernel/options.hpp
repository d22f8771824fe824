// Options and numbers in text: "loglevel=4 quiet panic=halt", "0x1f", "128".
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/lib/result.hpp"

namespace pagelab::kernel {

// The value of `name` in a command line of words split by spaces; the last one counts. An option
// without '=' has the value "". Stores at most size - 1 characters. False if it is not there.
bool get_option(char const* command_line, char const* name, char* value, size_t size);

// The number that option `name` gives, or `otherwise` where there is no such option.
lib::Result<uint64_t> get_number_option(char const* command_line, char const* name,
                                        uint64_t otherwise);

// Decimal or 0x hexadecimal, all of the text.
lib::Result<uint64_t> parse_number(char const* text);

// Bytes: a number, with K, M or G behind it 2^10, 2^20 or 2^30 times as much.
lib::Result<uint64_t> parse_size(char const* text);

} // namespace pagelab::kernel
