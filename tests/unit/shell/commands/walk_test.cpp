// walk: in every mode, through damage, with other tables.
#include <doctest/doctest.h>

#include "tests/unit/shell/sample_target.hpp"

using namespace pagelab;
using namespace pagelab::shell;
using namespace pagelab::shell::test;
using mmu::PagingMode;

namespace {

constexpr uint64_t kNx = uint64_t{1} << 63;

// PML4[0] PDPT[1] PD[2] PT[3], offset 0x123; the page is at 0x200000.
constexpr char kAddress[] = "0x40403123";

void map_long(SampleTarget& sample)
{
    sample.put_u64(SampleTarget::kRoot, 0x101067);
    sample.put_u64(0x101000 + 8, 0x102067);
    sample.put_u64(0x102000 + 2 * 8, 0x103065);
    sample.put_u64(0x103000 + 3 * 8, kNx | 0x2001e7);
}

} // namespace

TEST_CASE("walk: four levels, each entry with its address, flags and what is allowed so far")
{
    SampleTarget sample(PagingMode::Level4);
    map_long(sample);
    Json const walk = sample.read(fmt::format("walk {}", kAddress));
    REQUIRE(walk.is_object());
    REQUIRE(walk["levels"].size() == 4);
    CHECK(walk["mode"] == "4-level");
    Json const& root = walk["levels"][0];
    CHECK(root["name"] == "PML4");
    CHECK(root["entry"] == "0x100000");
    CHECK(root["letters"] == "----A--UWP");
    CHECK(root["so_far"] == "RWX USER");
    CHECK(root["table"] == "0x101000");
    CHECK(walk["levels"][2]["so_far"] == "R-X USER");
    Json const& leaf = walk["levels"][3];
    CHECK(leaf["index"] == 3);
    CHECK(leaf["letters"] == "XG-DA--UWP");
    CHECK(leaf["flags"].back() == "PAT");
    CHECK(leaf["so_far"] == "R-- USER");
    CHECK(leaf["page"] == "0x200000");
    CHECK(leaf["page_size"] == "4K");
    CHECK(walk["physical"] == "0x200123");
    CHECK(walk["verdicts"].empty());
}

TEST_CASE("walk: the text has a line for each level, and what the CPU would allow")
{
    SampleTarget sample(PagingMode::Level4);
    map_long(sample);
    CHECK(sample.text(fmt::format("walk {} write user", kAddress)) ==
          "0x40403123, 4-level paging, CR3 = 0x100000\n"
          "LEVEL      ENTRY AT  RAW                 XGSDACTUWP  SO FAR    LEADS TO\n"
          "PML4[000]  0x100000  0x101067            ----A--UWP  RWX USER  table 0x101000\n"
          "PDPT[001]  0x101008  0x102067            ----A--UWP  RWX USER  table 0x102000\n"
          "PD[002]    0x102010  0x103065            ----A--U-P  R-X USER  table 0x103000\n"
          "PT[003]    0x103018  0x80000000002001e7  XG-DA--UWP  R-- USER  4K page 0x200000\n"
          "physical 0x200123, R-- USER\n"
          "write by user: page fault, read-only; error code 0x7 (PRESENT|WRITE|USER)\n");
    CHECK(sample.read(fmt::format("walk {} user", kAddress))["verdicts"].size() == 3);
    CHECK(sample.read(fmt::format("walk {} look", kAddress)) ==
          "walk: 'look' is none of read, write, fetch, user, kernel");
}

TEST_CASE("walk: where it ends: not present, a reserved bit, not canonical, outside memory")
{
    SampleTarget sample(PagingMode::Level4);
    map_long(sample);
    Json const absent = sample.read("walk 0x40404000");
    CHECK(absent["fault"] == "not present");
    CHECK(absent["levels"].size() == 4);
    CHECK(!absent.contains("physical"));
    sample.put_u64(0x102000 + 2 * 8, 0x80'0010'3067);
    CHECK(sample.read("walk 0x40404000")["fault"] == "reserved bit"); // no memory: all ones
    sample.put_u64(0x102000 + 2 * 8, 0x0008'0000'0010'3067);
    Json const reserved = sample.read(fmt::format("walk {}", kAddress));
    CHECK(reserved["fault"] == "reserved bit");
    CHECK(reserved["levels"].back()["reserved"] == "0x8000000000000");
    CHECK(sample.read("walk 0x800000000000")["fault"] == "non-canonical address");
    CHECK(sample.text("walk 0x800000000000 read kernel")
              .ends_with("read by kernel: general protection, non-canonical address\n"));
    CHECK(sample.read("walk 0 --cr3 0xffffff000")["fault"] == "reserved bit");
}

TEST_CASE("walk: other tables by --cr3")
{
    SampleTarget sample(PagingMode::Level4);
    map_long(sample);
    sample.put_u64(0x200000 + 8 * 0, 0x101067);
    Json const walk = sample.read(fmt::format("walk {} --cr3 0x200000", kAddress));
    CHECK(walk["cr3"] == "0x200000");
    CHECK(walk["levels"][0]["entry"] == "0x200000");
    CHECK(walk["physical"] == "0x200123");
}

TEST_CASE("walk: 32-bit paging, a 4 MiB page and a 4 KiB one")
{
    SampleTarget sample(PagingMode::Bits32);
    sample.put_u32(SampleTarget::kRoot + 0x300 * 4, 0x0080'01e3);
    sample.put_u32(SampleTarget::kRoot + 4, 0x101067);
    sample.put_u32(0x101000 + 2 * 4, 0x5021);
    Json const large = sample.read("walk 0xc0012345");
    REQUIRE(large["levels"].size() == 1);
    CHECK(large["levels"][0]["name"] == "PD");
    CHECK(large["levels"][0]["letters"] == "-GSDA---WP");
    CHECK(large["levels"][0]["page_size"] == "4M");
    CHECK(large["physical"] == "0x812345");
    Json const small = sample.read("walk 0x402678");
    REQUIRE(small["levels"].size() == 2);
    CHECK(small["physical"] == "0x5678");
    CHECK(small["effective"] == "R-X KERN");
}

TEST_CASE("walk: PAE, whose first level has no rights; 5-level")
{
    SampleTarget pae(PagingMode::Pae);
    pae.put_u64(SampleTarget::kRoot + 3 * 8, 0x101001);
    pae.put_u64(0x101000, kNx | 0x6000e3);
    Json const walk = pae.read("walk 0xc0000010");
    REQUIRE(walk["levels"].size() == 2);
    CHECK(walk["levels"][0]["name"] == "PDPT");
    CHECK(walk["levels"][0]["so_far"] == "RWX USER");
    CHECK(walk["effective"] == "RW- KERN");
    CHECK(walk["physical"] == "0x600010");

    SampleTarget five(PagingMode::Level5);
    five.put_u64(SampleTarget::kRoot, 0x104067);
    five.put_u64(0x104000, 0x101067);
    five.put_u64(0x101000 + 8, 0x102067);
    five.put_u64(0x102000 + 2 * 8, 0x103065);
    five.put_u64(0x103000 + 3 * 8, 0x200025);
    Json const deep = five.read(fmt::format("walk {}", kAddress));
    REQUIRE(deep["levels"].size() == 5);
    CHECK(deep["levels"][0]["name"] == "PML5");
    CHECK(deep["physical"] == "0x200123");
}

TEST_CASE("walk: without paging an address is what it is")
{
    SampleTarget sample(PagingMode::Bits32);
    sample.state().cr0 = 0;
    sample.make_target();
    CHECK(sample.read("walk 0x1234")["physical"] == "0x1234");
    CHECK(sample.text("walk 0x1234") == "0x1234, none paging, CR3 = 0x100000\n"
                                        "physical 0x1234, RWX USER\n");
}
