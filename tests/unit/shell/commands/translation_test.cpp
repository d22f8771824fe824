// why, pt, phys2virt: on tables made by hand; what a file's target refuses.
#include <doctest/doctest.h>

#include "tests/unit/shell/sample_target.hpp"

using namespace pagelab;
using namespace pagelab::shell;
using namespace pagelab::shell::test;
using mmu::PagingMode;

namespace {

constexpr uint64_t kNx = uint64_t{1} << 63;

// VA 0x1000..0x3fff -> 0x300000.. read-only, user; 0x5000 -> 0x300000 kernel, writable;
// 0x8000 with a reserved bit.
void map_pages(SampleTarget& sample)
{
    sample.put_u64(SampleTarget::kRoot, 0x101067);
    sample.put_u64(0x101000, 0x102067);
    sample.put_u64(0x102000, 0x103067);
    for (uint64_t i = 0; i < 3; ++i)
        sample.put_u64(0x103000 + (1 + i) * 8, kNx | (0x300000 + i * 0x1000) | 0x25);
    sample.put_u64(0x103000 + 5 * 8, 0x300063);
    sample.put_u64(0x103000 + 8 * 8, uint64_t{1} << 45 | 0x300063);
}

} // namespace

TEST_CASE("why: the bit that denies, and the control bits that matter")
{
    SampleTarget sample(PagingMode::Level4);
    map_pages(sample);
    CHECK(sample.text("why 0x1234 write kernel") ==
          "write by kernel: page fault, read-only; error code 0x3 (PRESENT|WRITE)\n"
          "  PT[001] at 0x103008 = 0x8000000000300025: W = 0\n"
          "  CR0.WP = 1 matters\n"
          "  CR4.SMAP = 0 matters\n"
          "  EFER.NXE = 1 matters\n");
    CHECK(sample.text("why 0x5678 read user") ==
          "read by user: page fault, supervisor page; error code 0x5 (PRESENT|USER)\n"
          "  PT[005] at 0x103028 = 0x300063: U = 0\n");
    Json const fetch = sample.read("why 0x1000 fetch user")["accesses"][0];
    CHECK(fetch["reason"] == "no execute");
    CHECK(fetch["denied_by"][0]["bit"] == "NX = 1");
    Json const absent = sample.read("why 0x6000 read kernel")["accesses"][0];
    CHECK(absent["denied_by"][0]["bit"] == "P = 0");
    CHECK(absent["error"] == "not present, read by kernel");
    Json const reserved = sample.read("why 0x8000 read kernel")["accesses"][0];
    CHECK(reserved["denied_by"][0]["bit"] == "reserved bits 0x200000000000");
    CHECK(sample.read("why 0x1000")["accesses"].size() == 6);
    CHECK(sample.read("why 0x5000 write kernel")["accesses"][0]["physical"] == "0x300000");
    CHECK(sample.text("why 0x800000000000 read user") ==
          "read by user: general protection, non-canonical address\n");
}

TEST_CASE("why: SMEP and SMAP, and RFLAGS.AC")
{
    SampleTarget sample(PagingMode::Level4);
    map_pages(sample);
    sample.put_u64(0x103000 + 1 * 8, 0x300027);
    sample.state().cr4 |=
        x86::cr4::SupervisorAccessPrevention::mask | x86::cr4::SupervisorExecutionPrevention::mask;
    sample.make_target();
    CHECK(sample.text("why 0x1000 read kernel") ==
          "read by kernel: page fault, SMAP; error code 0x1 (PRESENT)\n"
          "  PT[001] at 0x103008 = 0x300027: U = 1 at every level\n"
          "  CR4.SMAP = 1 matters\n"
          "  RFLAGS.AC = 0 matters\n");
    CHECK(sample.read("why 0x1000 fetch kernel")["accesses"][0]["reason"] == "SMEP");
}

TEST_CASE("pt: merged runs, filters, totals")
{
    SampleTarget sample(PagingMode::Level4);
    map_pages(sample);
    CHECK(sample.text("pt") ==
          "VIRTUAL        PHYSICAL             SIZE  PAGE  COUNT  FLAGS                      AREA\n"
          "0x1000-0x3fff  0x300000-0x302fff  0x3000  4K        3  [R-- USER ACCESSED]\n"
          "0x5000-0x5fff  0x300000-0x300fff  0x1000  4K        1  [RWX KERN ACCESSED DIRTY]\n"
          "4-level paging, CR3 = 0x100000: 16 KiB mapped by 4 tables\n"
          "1 entries with reserved bits set, which map nothing\n"
          "Checked W+X mappings: FAILED, 1 W+X pages found.\n");
    auto const runs = [&](char const* line) { return sample.read(line)["runs"]; };
    CHECK(runs("pt wx").size() == 1);
    CHECK(runs("pt w,u").empty());
    CHECK(runs("pt ro nx u").size() == 1);
    CHECK(runs("pt s")[0]["start"] == "0x5000");
    CHECK(runs("pt --no-merge").size() == 4);
    CHECK(runs("pt --range 0x2000 0x5000").size() == 2);
    CHECK(runs("pt --has 0x2000").size() == 1);
    CHECK(runs("pt --has 0x4000").empty());
    CHECK(runs("pt --after 0x4000")[0]["start"] == "0x5000");
    CHECK(runs("pt --before 0x3000")[0]["pages"] == 2);
    CHECK(sample.read("pt -c 1")["more"] == true);
    CHECK(sample.read("pt --cr3 0x200000")["totals"]["mapped"] == 0);
    CHECK(sample.read("pt q") == "pt: no filter 'q': w, ro, x, nx, u, s and wx are known");
    CHECK(sample.read("pt --range 2 1") == "pt: the range ends before it begins");
}

TEST_CASE("pt: the tree; tables that contain themselves")
{
    SampleTarget sample(PagingMode::Level4);
    map_pages(sample);
    CHECK(sample.text("pt --tree")
              .starts_with("ENTRIES            VIRTUAL  XGSDACTUWP  LEADS TO\n"
                           "PML4[000]          0x0      ----A--UWP  table 0x101000\n"
                           "  PDPT[000]        0x0      ----A--UWP  table 0x102000\n"
                           "    PD[000]        0x0      ----A--UWP  table 0x103000\n"
                           "      PT[001-003]  0x1000   X---A--U-P  0x300000-0x302fff\n"
                           "      PT[005]      0x5000   ---DA---WP  0x300000-0x300fff\n"
                           "      PT[008]      0x8000   ---DA---WP  reserved bit set\n"));
    for (uint64_t i = 0; i < 512; ++i)
        sample.put_u64(SampleTarget::kRoot + i * 8, SampleTarget::kRoot | 0x67);
    Json const runs = sample.read("pt")["runs"];
    REQUIRE(runs.size() == 2);
    CHECK(runs[0]["frames"] == "same");
    CHECK(runs[0]["pages"] == uint64_t{1} << 35);
    CHECK(sample.read("pt --tree")["tree"].size() == 3 + 512); // three levels folded, then pages
    CHECK(sample.read("phys2virt 0x100008")["aliases"].size() == 2);
    CHECK(sample.read("find -s zz --range 0 0xffffff")["matches"].empty());
}

TEST_CASE("phys2virt: all aliases, with the offset")
{
    SampleTarget sample(PagingMode::Level4);
    map_pages(sample);
    CHECK(sample.text("phys2virt 0x300123") == "0x1123  4K page  [R-- USER ACCESSED]\n"
                                               "0x5123  4K page  [RWX KERN ACCESSED DIRTY]\n");
    CHECK(sample.text("phys2virt 0x303000") == "0x303000 is not mapped\n");
    CHECK(sample.read("phys2virt 0x300000 -c 1")["more"] == true);
}

TEST_CASE("what changes a machine is refused for a file")
{
    SampleTarget sample(PagingMode::Level4);
    map_pages(sample);
    for (char const* line :
         {"setpte 0x1000 W 1", "w 0x1000 1", "wp 0x300000 1", "load /etc/passwd 0x1000", "tlb"})
        CHECK(sample.text(line).find("a file can only be read") != std::string::npos);
}
