// find, hexdump, diff, crc, dump: on small memories.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "emu/shell/memory_words.hpp"
#include "tests/unit/shell/sample_target.hpp"

using namespace pagelab;
using namespace pagelab::shell;
using namespace pagelab::shell::test;
using mmu::PagingMode;

namespace {

// VA 0x1000 -> 0x301000, 0x2000 -> 0x300000: neighbours that are not, physically.
struct Sample : SampleTarget {
    Sample() : SampleTarget(PagingMode::Bits32)
    {
        put_u32(kRoot, 0x110067);
        put_u32(0x110000 + 4, 0x301025);
        put_u32(0x110000 + 8, 0x300025);
    }
};

} // namespace

TEST_CASE("find: words, masks, texts, bytes, pointers; virtual and physical")
{
    Sample sample;
    sample.put_u32(0x300010, 0xdeadbeef);
    sample.put_u32(0x900000, 0xdeadbeef);
    CHECK(sample.text("find 0xdeadbeef") ==
          "0x2010: 0xdeadbeef  (physical 0x300010)\n1 found in 0 MiB of virtual memory\n");
    CHECK(sample.text("find -p 0xdeadbeef") == "0x300010: 0xdeadbeef\n0x900000: 0xdeadbeef\n"
                                               "2 found in 15 MiB of physical memory\n");
    auto const count = [&](std::string const& line) { return sample.read(line)["matches"].size(); };
    CHECK(count("find -p /h 0xdead") == 2);
    CHECK(count("find -p /b 0xd0 -m 0x0f") == 2);
    CHECK(count("find -p 0xdead0000 -m 0xffff") == 2);
    CHECK(count("find -p --bytes 'ad de'") == 2);
    CHECK(count("find -p 0xbeef0000 --range 0x300000 0x3fffff") == 0);
    sample.put_u32(0x301100, 0x2011);
    CHECK(count("find --refs 0x2010 4") == 1);
    CHECK(count("find --refs 0x2010 1") == 0);
    sample.put(0x301ffe, "he");
    sample.put(0x300000, "llo");
    CHECK(sample.read("find -s hello")["matches"][0]["address"] == "0x1ffe");
    CHECK(count("find -p -s hello") == 0);
    CHECK(sample.read("find -p 0 -c 5")["more"] == true);
    CHECK(count("find 0xffffffff -p --range 0xa0000 0xaffff") == 0);
}

TEST_CASE("find: what cannot be searched for")
{
    Sample sample;
    CHECK(sample.read("find") == "find: one thing is searched for: a value, -s, --bytes or --refs");
    CHECK(sample.read("find 1 -s a").get<std::string>().find("one thing") != std::string::npos);
    CHECK(sample.read("find /b 0x100") == "find: 0x100 does not fit into 1 bytes");
    CHECK(sample.read("find /q 1") == "find: unit '/q': /b, /h, /w and /g are known");
    CHECK(sample.read("find --bytes 1") == "find: '1': bytes are pairs of hexadecimal digits");
    CHECK(sample.read("find 1 --range 2 1") == "find: the range ends before it begins");
}

TEST_CASE("hexdump: lines, stars, the end of what is mapped")
{
    Sample sample;
    sample.put(0x301000, "0123456789abcdef\x01 text");
    CHECK(sample.text("hexdump 0x1000 80") ==
          "0000000000001000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n"
          "0000000000001010  01 20 74 65 78 74 00 00  00 00 00 00 00 00 00 00  |. text..........|\n"
          "0000000000001020  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n"
          "*\n");
    CHECK(sample.text("hexdump 0x2ff0 32").ends_with("address 0x3000: not present\n"));
    CHECK(sample.text("hexdump 0x3000") == "error: hexdump: address 0x3000: not present");
    CHECK(sample.text("hexdump -p 0x301000 4") ==
          "0000000000301000  30 31 32 33                                       |0123|\n");
    CHECK(sample.text("hexdump 0x1000 1G").find("at most") != std::string::npos);
}

TEST_CASE("diff: runs of bytes that differ, over pages that are not neighbours")
{
    Sample sample;
    sample.put(0x301ffe, "ABCD"); // 0x1ffe, and physically 0x302000
    sample.put(0x300000, "xy");
    CHECK(sample.text("diff 0x1ffe 0x1100 4") ==
          "OFFSET  A       B       SIZE  BYTES\n"
          "+0x0    0x1ffe  0x1100     4  41 42 78 79 | 00 00 00 00\n"
          "4 of 4 bytes differ\n");
    CHECK(sample.text("diff 0x1000 0x1000 8K") == "0 of 8192 bytes differ\n");
    CHECK(sample.read("diff -p 0x301ffe 0x301100 4")["differences"][0]["bytes_a"] == "41 42 43 44");
    CHECK(sample.read("diff 0x1000 0x2000 8K") == "diff: address 0x3000: not present");
    sample.put(0x301100, "a b");
    sample.put(0x301200, " b ");
    CHECK(sample.read("diff 0x1100 0x1200 3 -c 1")["more"] == false);
    sample.put(0x301100, "a.b");
    sample.put(0x301200, "b.a");
    CHECK(sample.read("diff 0x1100 0x1200 3 -c 1")["more"] == true);
    CHECK(sample.read("diff 0x1100 0x1200 3")["differences"].size() == 2);
}

TEST_CASE("crc: the check value of CRC-32")
{
    Sample sample;
    sample.put(0x301000, "123456789");
    CHECK(sample.read("crc 0x1000 9")["crc32"] == "0xcbf43926");
    CHECK(sample.read("crc 0x1000 0") == "crc: a size of 0 bytes");
    CHECK(sample.read("crc 0x1000 1G") == "crc: address 0x3000: not present");
}

TEST_CASE("dump: the bytes, or no file at all")
{
    Sample sample;
    auto const path = std::filesystem::temp_directory_path() / "pagelab-dump-test.bin";
    std::filesystem::remove(path);
    sample.put(0x301ffe, "AB");
    sample.put(0x300000, "xy");
    CHECK(sample.read(fmt::format("dump {} 0x2ffe 4", path.native())) ==
          "dump: address 0x3000: not present");
    CHECK(!std::filesystem::exists(path));
    CHECK(sample.read(fmt::format("dump {} 0x1ffe 4", path.native()))["size"] == 4);
    std::ifstream file(path, std::ios::binary);
    std::string const bytes(std::istreambuf_iterator<char>(file), {});
    CHECK(bytes == "ABxy");
    std::filesystem::remove(path);
    CHECK(sample.text("dump /no/such/file 0x1000 4").find("No such file") != std::string::npos);
}

TEST_CASE("values fit with or without a sign")
{
    Sample sample;
    CHECK(value_that_fits(sample.session(), "255", 1) == 255u);
    CHECK(value_that_fits(sample.session(), "0xffffffffffffffff", 1) == 0xffu);
    CHECK(!value_that_fits(sample.session(), "0xffffffffffffff00", 1));
    CHECK(!value_that_fits(sample.session(), "256", 1));
    CHECK(value_that_fits(sample.session(), "0xffffffffffffffff", 8) == ~uint64_t{0});
}
