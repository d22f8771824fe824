#include "guestkernel/lib/hexdump.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace pagelab::lib;

namespace {

std::string dump_of(std::string const& bytes, uint64_t offset = 0)
{
    std::string text;
    char buffer[7];
    auto const append = [](void* context, char const* part, size_t length) {
        static_cast<std::string*>(context)->append(part, length);
    };
    seq_file m{buffer, sizeof(buffer), append, &text};
    hexdump dump{.m = m, .offset = offset};
    for (char byte : bytes)
        hexdump_bytes(dump, &byte, 1);
    hexdump_end(dump);
    seq_flush(m);
    return text;
}

} // namespace

TEST_CASE("16 bytes a line; the last line is as long as its bytes")
{
    CHECK(dump_of("Hello, world 0123\x7f\n") ==
          "00000000  48 65 6c 6c 6f 2c 20 77  6f 72 6c 64 20 30 31 32  |Hello, world 012|\n"
          "00000010  33 7f 0a                                          |3..|\n"
          "00000013\n");
    CHECK(dump_of("") == "00000000\n");
}

TEST_CASE("lines that repeat are one star, and offsets may be long")
{
    std::string const zero(16, '\0');
    std::string const line =
        "00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n";
    CHECK(dump_of(zero + zero + zero + "a" + zero, 0xffff'ffff'fff0) ==
          "fffffffffff0  " + line + "*\n" +
              "1000000000020  61 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |a..............."
              "|\n1000000000030  00                                                |.|\n"
              "1000000000031\n");
    CHECK(dump_of(zero + zero) == "00000000  " + line + "*\n00000020\n");
}
