// DisplayFormat: how gdb and QEMU users ask for memory: /8gx, eight giant words in hexadecimal.
//
//   count, then a format and a unit in either order:
//   formats  x hexadecimal, d signed, u unsigned, o octal, t binary, c character, s string,
//            a address, i instruction
//   units    b 1, h 2, w 4, g 8 bytes
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "emu/base/error.hpp"

namespace pagelab::shell {

struct DisplayFormat {
    uint64_t count = 1;
    char format = 'x';
    unsigned bytes = 4; // of a value; of a string, 1

    // Values on a line, as gdb has them.
    unsigned per_line() const;
};

inline constexpr uint64_t kMaxDisplayCount = 1 << 20;

// "/8gx"; pointer_bytes is the unit of /a.
Result<DisplayFormat> parse_display_format(std::string_view text, unsigned pointer_bytes);

// A value of format.bytes, zero-extended, as the format wants it; not of /s.
std::string format_value(uint64_t value, DisplayFormat const& format);

// A character as it stands between quotes: "a", "\\n", "\\377".
std::string escaped(unsigned char character);

} // namespace pagelab::shell
