#include "emu/guest/pcp.hpp"

#include <doctest/doctest.h>

#include "tests/unit/guest/fake_kernel.hpp"

using namespace pagelab;
using namespace pagelab::guest;
using namespace pagelab::guest::test;

namespace {

constexpr VirtAddr kSets{0x4000};

// Two CPUs; the first keeps two pages of one type and a pair of the other.
struct KernelWithKept : FakeKernel {
    explicit KernelWithKept(char const* sample) : FakeKernel(sample)
    {
        set(zone(), "pglist_data", "nr_online_cpus", 2);
        set(zone(), "zone", "per_cpu_pageset", kSets.value);
        for (unsigned cpu = 0; cpu < 2; cpu++) {
            for (unsigned i = 0; i < 4; i++)
                link(head(cpu, i), {});
        }
        link(head(0, 0), {node(20), node(33)});
        link(head(0, 3), {node(40)});
        set(kSets, "per_cpu_pages", "count", 4);
        set(kSets, "per_cpu_pages", "high", 6);
        set(kSets, "per_cpu_pages", "batch", 3);
    }

    VirtAddr head(unsigned cpu, unsigned i) const
    {
        VirtAddr const set = kSets + cpu * types().size_of("per_cpu_pages").value();
        return view().field_address(set, "per_cpu_pages", fmt::format("lists[{}]", i)).value();
    }
    VirtAddr node(uint64_t pfn) const
    {
        return view().field_address(page(pfn), "page", "buddy_list").value();
    }
};

using Lines = std::vector<std::string>;

template<class Damager>
Lines damage_after(char const* sample, Damager damage)
{
    KernelWithKept kernel(sample);
    damage(kernel);
    auto const report = read_pcp(kernel.view());
    REQUIRE_MESSAGE(report.has_value(), report.error().message);
    Lines lines;
    for (auto const& found : report->damage)
        lines.push_back(found.what);
    return lines;
}

std::string const kMiscounted = "pages kept by a CPU in zone Normal";

} // namespace

TEST_CASE("kept pages are counted by CPU, blocks of a higher order as many pages")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        KernelWithKept const kernel(name);
        auto const report = read_pcp(kernel.view()).value();
        CHECK(report.damage.empty());
        REQUIRE(report.sets.size() == 2);
        CHECK(report.sets[0].zone == "Normal");
        CHECK(report.sets[0].count == 4);
        CHECK(report.sets[0].high == 6);
        CHECK(report.sets[0].batch == 3);
        CHECK(report.sets[0].listed == 4);
        CHECK(report.sets[1].cpu == 1);
        CHECK(report.sets[1].listed == 0);
    }
}

TEST_CASE("broken lists of kept pages are damage")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CAPTURE(std::string(name));
        CHECK(damage_after(name, [](KernelWithKept& kernel) { // a loop past the head
                  kernel.write_pointer(kernel.node(33), kernel.node(20).value);
              }) == Lines{"prev does not point back"});
        CHECK(damage_after(name, [](KernelWithKept& kernel) {
                  kernel.write_pointer(kernel.node(20), 0xdead'0000);
              }) == Lines{"next points at unmapped memory", kMiscounted});
        CHECK(damage_after(name, [](KernelWithKept& kernel) {
                  kernel.write_pointer(kernel.node(20), kernel.node(33).value + 1);
              }) == Lines{"misaligned next", kMiscounted});
        CHECK(damage_after(name, [](KernelWithKept& kernel) { // no struct page there
                  kernel.link(kernel.head(0, 3), {VirtAddr(0x9000)});
              }) == Lines{"kept block is not the zone's"});
        CHECK(damage_after(name, [](KernelWithKept& kernel) { // below the zone
                  kernel.link(kernel.head(0, 3), {kernel.node(3)});
              }) == Lines{"kept block is not the zone's"});
        CHECK(damage_after(name, [](KernelWithKept& kernel) {
                  kernel.set(kernel.page(33), "page", "_refcount", 1);
              }) == Lines{"kept block is in use"});
        CHECK(damage_after(name, [](KernelWithKept& kernel) {
                  kernel.set(kSets, "per_cpu_pages", "count", 5);
              }) == Lines{kMiscounted});
        CHECK(damage_after(name, [](KernelWithKept& kernel) {
                  kernel.set(kernel.zone(), "pglist_data", "nr_online_cpus", 0xffff'ffff);
              }).size() <= kMaxDamage);
    }
}

TEST_CASE("sets that cannot be read are an error")
{
    KernelWithKept kernel("sample-x86_64");
    kernel.set(kernel.zone(), "zone", "per_cpu_pageset", 0x7000'0000);
    CHECK(read_pcp(kernel.view()).error().message ==
          "per_cpu_pages.count: address 0x70000000: not present");
}
