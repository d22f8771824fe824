#include <algorithm>
#include <cmath>
#include <map>

#include <doctest/doctest.h>

#include "tests/unit/mm/reference.hpp"
#include "tests/unit/mm/test_node.hpp"

namespace pagelab::mm {

namespace {

void set_managed(pglist_data& pgdat, std::vector<unsigned long> const& managed)
{
    for (unsigned i = 0; i < managed.size(); i++) {
        pgdat.node_zones[i].managed_pages = managed[i];
        pgdat.node_zones[i].present_pages = managed[i];
        pgdat.node_zones[i].spanned_pages = managed[i];
        if (managed[i] > 0 && i < pgdat.layout->movable)
            pgdat.movable_zone = i;
    }
}

// All that follows from the managed pages equals the recorded zoneinfo.
void check_as_reference(pglist_data const& pgdat, std::string const& machine)
{
    pglist_data linux_node;
    init_empty_node(linux_node, machine);
    parse_zoneinfo(linux_node, read_reference(machine, "zoneinfo"));
    for (unsigned i = 0; i < pgdat.layout->nr_zones; i++) {
        CAPTURE(i);
        zone const& ours = pgdat.node_zones[i];
        zone const& theirs = linux_node.node_zones[i];
        for (unsigned mark : {WMARK_MIN, WMARK_LOW, WMARK_HIGH})
            CHECK(ours._watermark[mark] == theirs._watermark[mark]);
        for (unsigned j = 0; j < pgdat.layout->nr_zones; j++)
            CHECK(ours.lowmem_reserve[j] == theirs.lowmem_reserve[j]);
        CHECK(ours.per_cpu_pageset->batch == theirs.per_cpu_pageset->batch);
        CHECK(ours.per_cpu_pageset->high == theirs.per_cpu_pageset->high);
        CHECK(ours.per_cpu_zonestats->stat_threshold == theirs.per_cpu_zonestats->stat_threshold);
    }
}

} // namespace

// Linux sets its watermarks before it frees its init sections, so that the managed pages of the
// time are fewer than those it reports later: "Memory: 111852K/130552K available" of the dmesg.
TEST_CASE("watermarks of Linux on 128 MiB, i686")
{
    pglist_data pgdat;
    init_empty_node(pgdat, "686pae-128");
    set_managed(pgdat, {3840, 111852 / 4 - 3840, 0});
    init_per_zone_wmark_min(pgdat);
    CHECK(pgdat.min_free_kbytes == 1337);
    check_as_reference(pgdat, "686pae-128");
}

TEST_CASE("watermarks of Linux on 128 MiB, x86_64")
{
    pglist_data pgdat;
    init_empty_node(pgdat, "amd64-128");
    set_managed(pgdat, {3840, 18250 - 3840}); // 73000 KiB; the dmesg's 72612 is a little earlier
    init_per_zone_wmark_min(pgdat);
    check_as_reference(pgdat, "amd64-128");
}

// From 512 MiB on khugepaged has raised min_free_kbytes: 42828 here.
TEST_CASE("watermarks of Linux on 2 GiB, i686, with the min_free_kbytes of its khugepaged")
{
    pglist_data pgdat;
    init_empty_node(pgdat, "686pae-2048");
    set_managed(pgdat, {3840, 211700, 298978});
    init_per_zone_wmark_min(pgdat);
    CHECK(pgdat.min_free_kbytes == 3714); // sqrt(16 * 862160)
    setup_per_zone_wmarks(pgdat, 42828);
    check_as_reference(pgdat, "686pae-2048");
}

// Source: Linux 6.1 mm/page_alloc.c: calculate_min_free_kbytes, __setup_per_zone_wmarks,
// setup_per_zone_lowmem_reserve, with lowmem_reserve_ratio {256, 256, 32, 0, 0}.
TEST_CASE("watermarks and reserves follow Linux' formulas, whatever the RAM, on both widths")
{
    std::map<std::string, unsigned long> const ratios = {
        {"DMA", 256}, {"DMA32", 256}, {"Normal", 32}, {"HighMem", 0}, {"Movable", 0}};
    for (auto const* layout : {&kZoneLayout32, &kZoneLayout64}) {
        for (uint64_t const mebibytes : {16, 64, 128, 512, 1024, 2048, 5120}) {
            CAPTURE(mebibytes);
            TestNode node(*layout, pc_map(mebibytes << 20));
            node.start();
            zone const* const zones = node.pgdat.node_zones;
            auto const is_high = [&](unsigned i) {
                return zones[i].name == std::string("HighMem");
            };
            unsigned long lowmem = 0;
            for (unsigned i = 0; i < layout->nr_zones; i++)
                lowmem += is_high(i) ? 0 : zones[i].managed_pages;
            auto const root = static_cast<unsigned long>(std::sqrt(lowmem * 4 * 16.0));
            CHECK(node.pgdat.min_free_kbytes == std::clamp(root, 128ul, 262144ul));
            for (unsigned i = 0; i < layout->nr_zones; i++) {
                unsigned long const managed = zones[i].managed_pages;
                CAPTURE(i);
                unsigned long const share = node.pgdat.min_free_kbytes / 4 * managed / lowmem;
                unsigned long const min =
                    is_high(i) ? std::clamp(managed / 1024, 32ul, 128ul) : share;
                unsigned long const step = std::max(share / 4, managed * 10 / 10000);
                if (managed > 0) {
                    CHECK(zones[i]._watermark[WMARK_MIN] == min);
                    CHECK(zones[i]._watermark[WMARK_LOW] == min + step);
                    CHECK(zones[i]._watermark[WMARK_HIGH] == min + 2 * step);
                }
                unsigned long const ratio = i < 4 ? ratios.at(zones[i].name) : 0;
                unsigned long above = 0;
                for (unsigned j = i + 1; j < layout->nr_zones; j++) {
                    above += zones[j].managed_pages;
                    bool const keeps = ratio != 0 && managed != 0;
                    CHECK(zones[i].lowmem_reserve[j] ==
                          static_cast<long>(keeps ? above / ratio : 0));
                }
            }
        }
    }
}

TEST_CASE("totalreserve_pages: the high watermark and the largest reserve of each zone")
{
    pglist_data pgdat;
    init_empty_node(pgdat, "686pae-2048");
    set_managed(pgdat, {3840, 212197, 298978});
    init_per_zone_wmark_min(pgdat);
    unsigned long expected = 0;
    for (unsigned i = 0; i < 3; i++)
        expected += pgdat.node_zones[i]._watermark[WMARK_HIGH];
    expected += (212197 + 298978) / 256 + 298978 / 32;
    CHECK(pgdat.totalreserve_pages == expected);
}

TEST_CASE("zone_watermark_ok: exact at the limit, for every rank")
{
    TestNode node(kZoneLayout64, pc_map(128ull << 20));
    node.start();
    zone& z = node.pgdat.node_zones[1];
    struct {
        unsigned flags;
        long least; // pages that must stay, of a mark of 100
    } const ranks[] = {
        {0, 100}, {ALLOC_HIGH, 50}, {ALLOC_HARDER, 75}, {ALLOC_HIGH | ALLOC_HARDER, 38}};
    for (auto const& [flags, least] : ranks) {
        z.vm_stat[NR_FREE_PAGES] = least;
        CHECK_FALSE(zone_watermark_ok(z, 0, 100, 1, flags));
        z.vm_stat[NR_FREE_PAGES] = least + 1;
        CHECK(zone_watermark_ok(z, 0, 100, 1, flags));
        CHECK_FALSE(zone_watermark_ok(z, 3, 100, 1, flags));
        z.vm_stat[NR_FREE_PAGES] = least + 8;
        CHECK(zone_watermark_ok(z, 3, 100, 1, flags));
    }
    z.lowmem_reserve[2] = 10;
    z.vm_stat[NR_FREE_PAGES] = 110;
    CHECK_FALSE(zone_watermark_ok(z, 0, 100, 2, 0));
    CHECK(zone_watermark_ok(z, 0, 100, 1, 0));
}

} // namespace pagelab::mm
