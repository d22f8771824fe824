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
