#include "emu/guest/buddyinfo.hpp"

#include <doctest/doctest.h>

#include "tests/unit/guest/fake_kernel.hpp"

using namespace pagelab;
using namespace pagelab::guest;
using namespace pagelab::guest::test;

namespace {

struct KernelWithBlocks : FakeKernel {
    explicit KernelWithBlocks(char const* sample) : FakeKernel(sample)
    {
        add_free_block(17, 0, 0);
        add_free_block(20, 2, 1);
        add_free_block(19, 0, 0);
        add_free_block(248, 3, 1);
        add_free_block(240, 3, 0);
    }
};

BuddyReport report_of(FakeKernel const& kernel)
{
    auto report = read_buddy(kernel.view());
    if (!report)
        FAIL(report.error().message);
    return std::move(*report);
}

using Lines = std::vector<std::string>;

Lines damage_of(FakeKernel const& kernel)
{
    Lines lines;
    for (auto const& damage : report_of(kernel).damage)
        lines.push_back(damage.what);
    return lines;
}

template<class Damager>
Lines damage_after(char const* sample, Damager damage)
{
    KernelWithBlocks kernel(sample);
    damage(kernel);
    return damage_of(kernel);
}

} // namespace

TEST_CASE("a sound zone: both ways agree, and the text is /proc/buddyinfo's")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CAPTURE(std::string(name));
        KernelWithBlocks const kernel(name);
        auto const report = report_of(kernel);
        CHECK(damage_of(kernel) == Lines{});
        REQUIRE(report.zones.size() == 1);
        auto const& buddy = report.zones[0];
        CHECK(buddy.zone.name == "Normal");
        CHECK(buddy.zone.start == Pfn(16));
        CHECK(buddy.zone.end() == Pfn(256));
        CHECK(buddy.zone.managed == 239);
        CHECK(buddy.zone.watermark == std::vector<uint64_t>{0, 5, 0});
        CHECK(buddy.zone.nr_free_pages == 22);
        CHECK(report.free_pages() == 22);
        CHECK(buddy.lists[0][0] == std::vector<Pfn>{Pfn(17), Pfn(19)});
        CHECK(buddy.lists[3][1] == std::vector<Pfn>{Pfn(248)});
        CHECK(buddy.lists[0][1].empty());
        CHECK(buddy.scanned_counts() == std::vector<uint64_t>{2, 0, 1, 2});
        char const* const text = "Node 0, zone   Normal      2      0      1      2 \n";
        CHECK(format_buddyinfo(report, BuddySource::Lists) == text);
        CHECK(format_buddyinfo(report, BuddySource::Scan) == text);
    }
}

TEST_CASE("zones without memory are read but not printed")
{
    KernelWithBlocks kernel("sample-x86_64");
    kernel.set(kernel.zone(), "zone", "present_pages", 0);
    CHECK(format_buddyinfo(report_of(kernel), BuddySource::Lists).empty());
}

TEST_CASE("what the two ways see differently is damage")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CAPTURE(std::string(name));
        CHECK(damage_after(name, [](FakeKernel& kernel) {
                  kernel.set(kernel.page(20), "page", "page_type", ~uint64_t{0});
              }) == Lines{"pfn 0x14 is listed as free with order 2; its struct page's word"});
        CHECK(damage_after(name, [](FakeKernel& kernel) {
                  kernel.set(kernel.page(100), "page", "page_type", 0xffff'ff7f);
              }) == Lines{"pfn 0x64 says it is free with order 0; lists that have it"});
        CHECK(damage_after(name,
                           [](FakeKernel& kernel) {
                               kernel.set(kernel.page(240), "page", "private_", 2);
                           }) ==
              Lines{"pfn 0xf0 is listed as free with order 3; its struct page's word",
                    "pfn 0xf0 says it is free with order 2; lists that have it"});
        CHECK(damage_after(name,
                           [](FakeKernel& kernel) {
                               kernel.set(kernel.page(240), "page", "private_", 9);
                           }) ==
              Lines{"order of the free block at pfn 0xf0",
                    "pfn 0xf0 is listed as free with order 3; its struct page's word"});
        CHECK(damage_after(name,
                           [](FakeKernel& kernel) {
                               kernel.set(kernel.page(21), "page", "page_type", 0xffff'ff7f);
                           }) ==
              Lines{"free block at pfn 0x15 inside another",
                    "pfn 0x15 says it is free with order 0; lists that have it"});
    }
}

TEST_CASE("counts and lists that are wrong by themselves")
{
    KernelWithBlocks kernel("sample-i686");
    kernel.set(kernel.zone(), "zone", "free_area[3].nr_free", 7);
    kernel.set(kernel.zone(), "zone", "vm_stat[1]", 21);
    auto const report = report_of(kernel);
    REQUIRE(report.damage.size() == 2);
    CHECK(report.damage[0].what == "nr_free of order 3");
    CHECK(report.damage[0].expected == 2);
    CHECK(report.damage[0].found == 7);
    CHECK(report.damage[1].what == "NR_FREE_PAGES of zone Normal");

    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CHECK(damage_after(name, [](FakeKernel& broken) {
                  broken.link(broken.list(1, 0), {VirtAddr(0x9000)}); // no struct page there
              }) == Lines{"free list node in no page of zone Normal"});
        CHECK(damage_after(name, [](FakeKernel& broken) { broken.add_free_block(33, 1, 0); }) ==
              Lines{"alignment of a free block of order 1"});
        CHECK(damage_after(name,
                           [](FakeKernel& broken) {
                               broken.write_pointer(broken.list(0, 0), 0xdead'0000);
                           }) ==
              Lines{"next points at unmapped memory", "nr_free of order 0",
                    "NR_FREE_PAGES of zone Normal",
                    "pfn 0x11 says it is free with order 0; lists that have it",
                    "pfn 0x13 says it is free with order 0; lists that have it"});
    }
}

TEST_CASE("parts of the struct page array may be missing")
{
    KernelWithBlocks kernel("sample-x86_64");
    kernel.set(kernel.zone(), "zone", "spanned_pages", 2'000'000); // far behind what is mapped
    CHECK(report_of(kernel).agrees());
    kernel.unmap(FakeKernel::kMemMap);
    auto const report = report_of(kernel);
    CHECK(!report.agrees());
    CHECK(report.zones[0].scanned.empty());
}

TEST_CASE("a zone that ends behind all RAM is damage, and read up to there")
{
    KernelWithBlocks kernel("sample-x86_64");
    kernel.set(kernel.zone(), "zone", "spanned_pages", uint64_t{1} << 50);
    auto const report = report_of(kernel);
    REQUIRE(report.damage.size() == 1);
    CHECK(report.damage[0] == Damage{"end of zone Normal", kernel.zone(),
                                     kernel.view().memory().end().value,
                                     (uint64_t{1} << 50) + 0x10});
    CHECK(report.zones[0].zone.end() == kernel.view().memory().end());
    kernel.set(kernel.zone(), "zone", "spanned_pages", 0x100);
    kernel.set(kernel.zone(), "zone", "zone_start_pfn", uint64_t{1} << 50);
    CHECK(report_of(kernel).zones[0].zone.spanned == 0);
}

TEST_CASE("roots that cannot be read are errors of one line")
{
    KernelWithBlocks kernel("sample-x86_64");
    kernel.set(kernel.zone(), "zone", "name", 0x7000'0000);
    CHECK(read_buddy(kernel.view()).error().message == "address 0x70000000: not present");
    kernel.unmap(kernel.zone());
    CHECK(!read_buddy(kernel.view()));
}
