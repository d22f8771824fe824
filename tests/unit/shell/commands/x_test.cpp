// x, xp: formats, lines, where memory ends.
#include <doctest/doctest.h>

#include "emu/shell/display_format.hpp"
#include "tests/unit/shell/sample_target.hpp"

using namespace pagelab;
using namespace pagelab::shell;
using namespace pagelab::shell::test;
using mmu::PagingMode;

namespace {

// One 4 KiB page: VA 0x1000 -> physical 0x300000.
void map_page(SampleTarget& sample)
{
    sample.put_u32(SampleTarget::kRoot, 0x101067);
    sample.put_u32(0x101000 + 4, 0x300025);
}

} // namespace

TEST_CASE("x: one value in each format")
{
    SampleTarget sample(PagingMode::Bits32);
    map_page(sample);
    sample.put_u32(0x300000, 0xfffffff6);
    CHECK(sample.text("x 0x1000") == "0x1000: 0xfffffff6\n");
    CHECK(sample.text("x/d 0x1000") == "0x1000: -10\n");
    CHECK(sample.text("x/ub 0x1000") == "0x1000: 246\n");
    CHECK(sample.text("x/oh 0x1000") == "0x1000: 0177766\n");
    CHECK(sample.text("x/bt 0x1000") == "0x1000: 11110110\n");
    CHECK(sample.text("x/gx 0x1000") == "0x1000: 0x00000000fffffff6\n");
    CHECK(sample.text("x/a 0x1000") == "0x1000: 0xfffffff6\n");
    CHECK(sample.text("x/c 0x1000") == "0x1000: -10 '\\366'\n");
}

TEST_CASE("x: lines of 16 bytes; strings, one a line")
{
    SampleTarget sample(PagingMode::Bits32);
    map_page(sample);
    sample.put(0x300000, std::string_view("one\0two\n\0", 9));
    CHECK(sample.text("x/2s 0x1000") == "0x1000: \"one\"\n0x1004: \"two\\n\"\n");
    CHECK(sample.text("x/5wx 0x1100") ==
          "0x1100: 0x00000000 0x00000000 0x00000000 0x00000000\n0x1110: 0x00000000\n");
    sample.put(0x300000, std::string(4096, 'a'));
    CHECK(sample.text("x/s 0x1000").ends_with("\"...\n"));
}

TEST_CASE("x: what is not mapped ends the listing, or is an error if it is the first")
{
    SampleTarget sample(PagingMode::Bits32);
    map_page(sample);
    CHECK(sample.text("x/4x 0x1ff8") ==
          "0x1ff8: 0x00000000 0x00000000\naddress 0x2000: not present\n");
    CHECK(sample.text("x/x 0x2000") == "error: x: address 0x2000: not present");
    CHECK(sample.text("x/x 0x1ffe") == "error: x: address 0x2000: not present");
    sample.put_u32(0x101000 + 4, 0xa0025);
    CHECK(sample.text("x/x 0x1004") == "error: x: no memory at physical address 0xa0004");
}

TEST_CASE("xp: physical addresses, to the end of memory")
{
    SampleTarget sample(PagingMode::Bits32);
    sample.put_u32(0x300000, 0x11223344);
    CHECK(sample.text("xp/2hx 0x300000") == "0x300000: 0x3344 0x1122\n");
    CHECK(sample.text("xp 0xa0000") == "error: xp: no memory at physical address 0xa0000");
    CHECK(sample.text("xp/2x 0xfffffc").find("no memory") != std::string::npos);
    CHECK(sample.text("xp/x 0xffffffffffffffff").starts_with("error: xp: no memory"));
}

TEST_CASE("x: formats that are none")
{
    SampleTarget sample(PagingMode::Bits32);
    CHECK(sample.text("x/z 0x1000").starts_with("error: x: format '/z': 'z' is neither"));
    CHECK(sample.text("x/0x 0x1000").starts_with("error: x: format '/0x': the count is 1"));
    CHECK(sample.text("x/99999999x 0").starts_with("error: x: format"));
    CHECK(sample.text("x/99999999999999999999999x 0").starts_with("error: x: format"));
    CHECK(sample.text("x /x") == "error: x: what is wanted: [/NFU] ADDRESS");
    CHECK(sample.text("x 1 2") == "error: x: what is wanted: [/NFU] ADDRESS");
    CHECK(parse_display_format("/g4", 8).error().message.find("'4'") != std::string::npos);
}
