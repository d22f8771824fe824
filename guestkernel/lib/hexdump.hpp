// Bytes as hexadecimal and as characters, 16 a line: what `hexdump -C` prints.
//
//   00000010  7f 45 4c 46 02 01 01 00  00 00 00 00 00 00 00 00  |.ELF............|
//
// A line that repeats the one before is left out, all such together shown as "*"; the last line is
// the offset behind the last byte. Format: util-linux hexdump(1).
#pragma once

#include <stdint.h>

#include "guestkernel/lib/seq_file.hpp"

namespace pagelab::lib {

struct hexdump {
    static constexpr unsigned kLineBytes = 16;

    seq_file& m;
    uint64_t offset = 0; // of the next byte
    unsigned char line[kLineBytes] = {};
    unsigned char previous[kLineBytes] = {};
    enum : unsigned char { kNone, kPrinted, kStarred } last = kNone;
    unsigned filled = 0; // bytes of `line`
};

void hexdump_bytes(hexdump& dump, void const* bytes, size_t count);
void hexdump_end(hexdump& dump);

} // namespace pagelab::lib
