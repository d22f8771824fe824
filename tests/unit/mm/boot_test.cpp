#include <algorithm>

#include <doctest/doctest.h>

#include "guestkernel/mm/check.hpp"
#include "guestkernel/mm/pageblock.hpp"
#include "tests/unit/mm/reference.hpp"
#include "tests/unit/mm/test_node.hpp"

namespace pagelab::mm {

namespace {

constexpr char const* kMachines[] = {"amd64-128", "amd64-4096", "686pae-128", "686pae-2048",
                                     "686pae-4096"};

// Every page that exists is either reserved or free, in the right zone.
void check_pages(TestNode& node)
{
    pglist_data const& pgdat = node.pgdat;
    unsigned long reserved = 0;
    unsigned long present = 0;
    Pfn done;
    pfn_range range;
    for (unsigned long i = 0; mem_map_range(node.mb, i, range); i++) {
        for (Pfn pfn = std::max(range.start, done); pfn < range.end; pfn = pfn + 1) {
            page const& p = *pfn_to_page(pgdat, pfn);
            bool const is_memory = memblock_is_memory(node.mb, pfn_to_phys(pfn));
            REQUIRE(p._mapcount == (page_buddy(p) ? -129 : -1));
            if (is_memory) {
                present++;
                reserved += page_flag(p, PG_reserved);
                REQUIRE(zone_spans_pfn(pgdat.node_zones[page_zonenum(p)], pfn.value));
                REQUIRE(p._refcount == page_flag(p, PG_reserved));
            } else {
                REQUIRE(page_flag(p, PG_reserved));
                REQUIRE_FALSE(page_buddy(p));
                REQUIRE(p._refcount == 1);
            }
        }
        done = range.end;
    }
    CHECK(present - reserved == nr_free_pages(pgdat));
    CHECK(nr_free_pages(pgdat) == totalram_pages(pgdat));
}

} // namespace

TEST_CASE("zones of the reference machines: start, spanned and present pages as on Linux")
{
    for (std::string const machine : kMachines) {
        CAPTURE(machine);
        pglist_data linux_node;
        init_empty_node(linux_node, machine);
        parse_zoneinfo(linux_node, read_reference(machine, "zoneinfo"));
        TestNode node(layout_of(machine), parse_e820(read_reference(machine, "e820")));
        for (unsigned i = 0; i < node.pgdat.layout->nr_zones; i++) {
            CAPTURE(i);
            zone const& ours = node.pgdat.node_zones[i];
            zone const& theirs = linux_node.node_zones[i];
            CHECK(ours.zone_start_pfn == theirs.zone_start_pfn);
            CHECK(ours.spanned_pages == theirs.spanned_pages);
            CHECK(ours.present_pages == theirs.present_pages);
        }
        unsigned long const freed = memblock_free_all(node.pgdat);
        CHECK(freed == totalram_pages(node.pgdat));
        CHECK(node.pgdat.node_zones[0].managed_pages == 3840);
        CHECK_FALSE(check(node.pgdat));
        check_pages(node);
    }
}

TEST_CASE("what is reserved is not freed, and can be freed later")
{
    for (auto const* layout : {&kZoneLayout32, &kZoneLayout64}) {
        constexpr uint64_t kImage = 0x34'5678; // bytes from 16 MiB
        TestNode node(*layout, pc_map(128ull << 20), kImage);
        node.start();
        unsigned long const image_pages = (kImage + kPageSize - 1) / kPageSize;
        zone& z = node.pgdat.node_zones[1];
        unsigned long const bitmaps = 2; // one page at most for each populated zone's
        unsigned long const taken = z.present_pages - z.managed_pages;
        CHECK(taken >= image_pages);
        CHECK(taken <= image_pages + bitmaps);
        CHECK(page_flag(*pfn_to_page(node.pgdat, Pfn(0x1000)), PG_reserved));

        unsigned long const free = nr_free_pages(node.pgdat);
        CHECK(free_reserved_area(node.pgdat, Pfn(0x1000), Pfn(0x1000 + image_pages)) ==
              image_pages);
        CHECK(nr_free_pages(node.pgdat) == free + image_pages);
        CHECK(free_reserved_area(node.pgdat, Pfn(0x1000), Pfn(0x1100)) == 0);
        CHECK(free_reserved_area(node.pgdat, Pfn(0x9f), Pfn(0x100)) == 0); // no memory there
        CHECK_FALSE(check(node.pgdat));
        check_pages(node);
    }
}

TEST_CASE("a node without memory, and memory beyond the zones, are errors or empty, no crash")
{
    memblock_region memory[4], reserved[4];
    memblock mb;
    pglist_data pgdat;
    memblock_init(mb, memory, 4, reserved, 4);
    free_area_config config{&kZoneLayout64, {4096, 0, 0, 0, 0}, nullptr, nullptr};
    REQUIRE(free_area_init(pgdat, mb, config));
    CHECK(memblock_free_all(pgdat) == 0);
    CHECK(alloc_pages(pgdat, GFP_KERNEL, 0) == nullptr);
    init_per_zone_wmark_min(pgdat);
    CHECK_FALSE(check(pgdat));

    expect(memblock_add(mb, PhysAddr(0x200'0000), 0x10'0000));
    CHECK_FALSE(free_area_init(pgdat, mb, config));
}

TEST_CASE("RAM of odd sizes: present pages add up to the memory, and all of it is free")
{
    for (auto const* layout : {&kZoneLayout32, &kZoneLayout64}) {
        for (uint64_t mib : {16, 17, 128, 896, 897, 1024, 3071, 3073}) {
            CAPTURE(mib);
            TestNode node(*layout, pc_map(mib << 20));
            node.start();
            unsigned long present = 0;
            for (zone const& z : node.pgdat.node_zones)
                present += z.present_pages;
            CHECK(present == node.pgdat.node_present_pages);
            CHECK(present == node.mb.memory.total_size / kPageSize);
            CHECK_FALSE(check(node.pgdat));
        }
    }
}

} // namespace pagelab::mm
