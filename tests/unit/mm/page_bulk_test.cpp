#include <set>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/mm/check.hpp"
#include "guestkernel/mm/page_bulk.hpp"
#include "guestkernel/mm/pcp.hpp"
#include "tests/unit/mm/test_node.hpp"

namespace pagelab::mm {

namespace {

// A node whose CPU keeps pages, as in a running kernel.
struct BulkNode : TestNode {
    explicit BulkNode(zone_layout const& layout) : TestNode(layout, pc_map(64ull << 20))
    {
        start();
        pagesets.resize(MAX_NR_ZONES);
        stats.resize(MAX_NR_ZONES);
        setup_per_cpu_pageset(pgdat, pagesets.data(), stats.data());
    }

    unsigned long available()
    {
        unsigned long pages = nr_free_pages(pgdat);
        for (zone const& z : pgdat.node_zones)
            pages += nr_free_pcp(z);
        return pages;
    }

    std::vector<per_cpu_pages> pagesets;
    std::vector<per_cpu_zonestat> stats;
};

} // namespace

TEST_CASE("pages come in bulk, each once, and go back in bulk")
{
    for (auto const* layout : {&kZoneLayout32, &kZoneLayout64}) {
        BulkNode node(*layout);
        unsigned long const before = node.available();
        for (unsigned long const count : {0ul, 1ul, 16ul, 700ul}) {
            std::vector<page*> pages(count);
            REQUIRE(alloc_pages_bulk_array(node.pgdat, GFP_HIGHUSER, count, pages.data()) == count);
            CHECK(std::set<page*>(pages.begin(), pages.end()).size() == count);
            for (page const* p : pages)
                CHECK(p->_refcount == 1);
            CHECK(node.available() == before - count);
            CHECK_FALSE(check(node.pgdat));
            CHECK(release_pages(node.pgdat, pages.data(), count));
            CHECK(node.available() == before);
            CHECK_FALSE(check(node.pgdat));
        }
    }
}

TEST_CASE("more than there is gives what there is")
{
    BulkNode node(kZoneLayout64);
    unsigned long const before = node.available();
    std::vector<page*> pages(before + 1);
    unsigned long const taken =
        alloc_pages_bulk_array(node.pgdat, GFP_NOWAIT, pages.size(), pages.data());
    CHECK(taken < before);
    CHECK(taken > before / 2);
    CHECK(node.available() == before - taken);
    CHECK_FALSE(check(node.pgdat));
    CHECK(release_pages(node.pgdat, pages.data(), taken));
    CHECK(node.available() == before);
    CHECK_FALSE(check(node.pgdat));
}

TEST_CASE("a page with more users stays, a page that is free is an error")
{
    BulkNode node(kZoneLayout64);
    page* pages[3];
    REQUIRE(alloc_pages_bulk_array(node.pgdat, GFP_KERNEL, 3, pages) == 3);
    unsigned long const before = node.available();
    pages[1]->_refcount = 2;
    CHECK(release_pages(node.pgdat, pages, 3));
    CHECK(pages[1]->_refcount == 1);
    CHECK(node.available() == before + 2);
    CHECK_FALSE(release_pages(node.pgdat, pages, 3));
    CHECK(node.available() == before + 3); // the one that was still in use
    CHECK_FALSE(check(node.pgdat));
}

} // namespace pagelab::mm
