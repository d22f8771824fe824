#include "emu/base/parse_size.hpp"

#include <doctest/doctest.h>

using namespace pagelab;

TEST_CASE("sizes: suffixes are powers of 1024 in either case")
{
    CHECK(parse_size("4096").value() == 4096);
    CHECK(parse_size("0x1000").value() == 4096);
    CHECK(parse_size("16k").value() == 16384);
    CHECK(parse_size("128M").value() == 128u << 20);
    CHECK(parse_size("64G").value() == uint64_t{64} << 30);
    CHECK(parse_size("1T").value() == uint64_t{1} << 40);
}

TEST_CASE("sizes: what is not a size says so in one line")
{
    for (char const* text : {"", "M", "-1", "+1", "1MM", "12 M", "0x", "1.5G", "abc"}) {
        CAPTURE(text);
        auto const size = parse_size(text);
        REQUIRE(!size);
        CHECK(size.error().message.find('\n') == std::string::npos);
    }
    CHECK(!parse_size("18446744073709551616"));
    CHECK(!parse_size("16777216T"));
}
