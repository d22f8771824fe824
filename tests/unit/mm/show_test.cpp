#include <algorithm>
#include <deque>

#include <doctest/doctest.h>

#include "guestkernel/lib/format.hpp"
#include "tests/unit/mm/reference.hpp"
#include "tests/unit/mm/test_node.hpp"

namespace pagelab::mm {

namespace {

constexpr char const* kMachines[] = {"amd64-128", "amd64-4096", "686pae-128", "686pae-2048",
                                     "686pae-4096"};

} // namespace

TEST_CASE("Linux' numbers print as Linux' text: buddyinfo, zoneinfo, pagetypeinfo")
{
    for (std::string const machine : kMachines) {
        CAPTURE(machine);
        pglist_data pgdat;
        init_empty_node(pgdat, machine);
        auto const buddyinfo = read_reference(machine, "buddyinfo");
        parse_buddyinfo(pgdat, buddyinfo);
        CHECK(report_text([&](auto& m) { show_buddyinfo(m, pgdat); }) == buddyinfo);

        auto const pagetypeinfo = read_reference(machine, "pagetypeinfo");
        auto const counts = parse_pagetypeinfo(pgdat, pagetypeinfo);
        CHECK(report_text([&](auto& m) { show_pagetypeinfo(m, pgdat, counts.data()); }) ==
              pagetypeinfo);

        init_empty_node(pgdat, machine);
        auto const zoneinfo = read_reference(machine, "zoneinfo");
        parse_zoneinfo(pgdat, zoneinfo);
        CHECK(report_text([&](auto& m) { show_zoneinfo(m, pgdat); }) == zoneinfo);
    }
}

TEST_CASE("Linux' numbers print as Linux' text: meminfo")
{
    for (std::string const machine : kMachines) {
        CAPTURE(machine);
        auto const text = read_reference(machine, "meminfo");
        auto const info = parse_meminfo(text);
        CHECK(info.has_highmem == machine.starts_with("686"));
        CHECK(report_text([&](auto& m) { show_meminfo(m, info); }) == text);
    }
}

TEST_CASE("Linux' numbers print as Linux' text: vmstat")
{
    for (std::string const machine : kMachines) {
        CAPTURE(machine);
        pglist_data pgdat;
        init_empty_node(pgdat, machine);
        auto const text = read_reference(machine, "vmstat");
        parse_vmstat(pgdat, text);
        auto const ours = report_text([&](auto& m) { show_vmstat(m, pgdat); });
        // The thresholds are computed: see the next test.
        auto const thresholds = [](std::string report) {
            size_t const start = report.find("nr_dirty_threshold");
            return report.erase(start, report.find("pgpgin") - start);
        };
        CHECK(thresholds(ours) == thresholds(text));
        CHECK(text.size() - thresholds(text).size() > 50);
    }
}

TEST_CASE("how much may be dirty follows from what is free, as Linux computes it")
{
    for (std::string const machine : kMachines) {
        CAPTURE(machine);
        pglist_data pgdat;
        init_empty_node(pgdat, machine);
        parse_zoneinfo(pgdat, read_reference(machine, "zoneinfo"));
        for (zone const& z : pgdat.node_zones) {
            long const reserve = *std::ranges::max_element(z.lowmem_reserve);
            pgdat.totalreserve_pages += std::min(
                z._watermark[WMARK_HIGH] + static_cast<unsigned long>(reserve), z.managed_pages);
        }
        auto const of = [](std::string const& report, std::string const& name) {
            return std::stol(report.substr(report.find("\n" + name + " ") + name.size() + 2));
        };
        auto const text = read_reference(machine, "vmstat");
        auto const ours = report_text([&](auto& m) { show_vmstat(m, pgdat); });
        // Both reports were taken one after the other: a few pages were freed in between.
        long const moved = of(text, "nr_free_pages") - of(ours, "nr_free_pages");
        for (auto const& [name, share] :
             {std::pair{"nr_dirty_threshold", 5}, std::pair{"nr_dirty_background_threshold", 10}})
            CHECK(std::abs(of(ours, name) + moved / share - of(text, name)) <= 2);
    }
}

TEST_CASE("Linux' ranges print as Linux' text: iomem, built from the leaves up")
{
    for (std::string const machine : kMachines) {
        CAPTURE(machine);
        auto const text = read_reference(machine, "iomem");
        auto const lines = parse_iomem(text);
        resource root = make_resource(PhysAddr(0), PhysAddr(UINT64_MAX), "PCI mem");
        std::deque<resource> nodes;
        for (size_t i = lines.size(); i-- > 0;) {
            nodes.push_back(make_resource(PhysAddr(lines[i].start), PhysAddr(lines[i].end),
                                          lines[i].name.c_str()));
            REQUIRE(insert_resource(root, nodes.back()));
        }
        CHECK(report_text([&](auto& m) { show_iomem(m, root); }) == text);
    }
}

TEST_CASE("the firmware's map gives the RAM and reserved ranges Linux shows")
{
    for (std::string const machine : kMachines) {
        CAPTURE(machine);
        auto const map = parse_e820(read_reference(machine, "e820"));
        e820_table table;
        expect(e820_setup(table, map.data(), static_cast<unsigned>(map.size())));
        resource root = make_resource(PhysAddr(0), PhysAddr(UINT64_MAX), "PCI mem");
        std::vector<resource> nodes(table.nr_entries);
        REQUIRE(insert_e820_resources(root, nodes.data(), table));
        std::string expected;
        for (auto const& line : parse_iomem(read_reference(machine, "iomem"))) {
            char text[100];
            if (line.name == "System RAM" || line.name == "Reserved") {
                lib::snprintf(text, sizeof(text), "%08llx-%08llx : %s\n",
                              static_cast<unsigned long long>(line.start),
                              static_cast<unsigned long long>(line.end), line.name.c_str());
                expected += text;
            }
        }
        CHECK(report_text([&](auto& m) { show_iomem(m, root); }) == expected);
    }
}

TEST_CASE("a fresh node's pagetypeinfo: the first pageblock is Unmovable, as on Linux")
{
    TestNode node(kZoneLayout32, pc_map(2048ull << 20));
    node.start();
    auto const counts = count_pagetypes(node.pgdat, 0);
    CHECK(counts.blocks[MIGRATE_UNMOVABLE] == 1);
    CHECK(counts.blocks[MIGRATE_MOVABLE] == 7);
    CHECK(counts.free[MIGRATE_UNMOVABLE][8] == 1);
    CHECK(counts.free[MIGRATE_MOVABLE][9] == 1);
    CHECK(counts.free[MIGRATE_MOVABLE][10] == 3);
    // The DMA zone of the reference is untouched: its line is the same.
    auto const text = report_text([&](auto& m) { show_buddyinfo(m, node.pgdat); });
    auto const reference = read_reference("686pae-2048", "buddyinfo");
    CHECK(text.substr(0, text.find('\n')) == reference.substr(0, reference.find('\n')));
}

TEST_CASE("meminfo of a live node adds up")
{
    for (auto const* layout : {&kZoneLayout32, &kZoneLayout64}) {
        TestNode node(*layout, pc_map(1024ull << 20));
        node.start();
        auto const info = collect_meminfo(node.pgdat);
        CHECK(info.value[MEM_TOTAL] == totalram_pages(node.pgdat) * 4);
        CHECK(info.value[MEM_FREE] == nr_free_pages(node.pgdat) * 4);
        CHECK(info.value[MEM_AVAILABLE] ==
              (nr_free_pages(node.pgdat) - node.pgdat.totalreserve_pages) * 4);
        CHECK(info.value[MEM_LOW_TOTAL] + info.value[MEM_HIGH_TOTAL] == info.value[MEM_TOTAL]);
        CHECK((info.value[MEM_HIGH_TOTAL] > 0) == (layout == &kZoneLayout32));
    }
}

} // namespace pagelab::mm
