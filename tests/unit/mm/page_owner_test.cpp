#include "guestkernel/mm/page_owner.hpp"

#include <cstdio>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/mm/reference.hpp"
#include "tests/unit/mm/test_node.hpp"

namespace pagelab::mm {

namespace {

uintptr_t current_caller;

// A node whose owners are known, and a clock that counts the calls.
class OwnedNode {
  public:
    explicit OwnedNode(zone_layout const& layout) : node(layout, pc_map(64ull << 20))
    {
        env.clock = [] { return now += 10; };
        node.pgdat.env = &env;
        owners.save_stack = [](uintptr_t* entries, unsigned) {
            entries[0] = current_caller;
            entries[1] = 0x99;
            return 2u;
        };
        node.pgdat.page_owners = &owners;
        now = 0;
        node.start();
    }

    std::string report()
    {
        return report_text([&](auto& m) {
            show_page_owner(m, node.pgdat, [](char* buffer, uintptr_t address) {
                std::snprintf(buffer, 128, "f%zx+0x1/0x2", static_cast<size_t>(address));
                return static_cast<char const*>(buffer);
            });
        });
    }

    static inline uint64_t now;
    environment env = kBareEnvironment;
    std::vector<page_owner> records = std::vector<page_owner>(16384);
    std::vector<uintptr_t> words = std::vector<uintptr_t>(1000);
    stack_depot stacks = {words.data(), 1000, 0, {}, {}};
    page_owners owners = {records.data(), 16384, &stacks, nullptr, [] { return 7; }};
    TestNode node;
};

} // namespace

TEST_CASE("a block in use is printed as Linux prints it, a free one not at all")
{
    OwnedNode world(kZoneLayout32);
    pglist_data& pgdat = world.node.pgdat;
    CHECK(world.report() == "");
    current_caller = 0x10;
    page& block = *alloc_pages(pgdat, GFP_KERNEL | __GFP_ZERO | __GFP_COMP, 2);
    unsigned long const pfn = page_to_pfn(pgdat, block).value;
    char expected[500];
    std::snprintf(expected, sizeof(expected),
                  "Page allocated via order 2, mask 0x40dc0(GFP_KERNEL|__GFP_COMP|__GFP_ZERO), "
                  "pid 7, tgid 7 (swapper/0), ts 10 ns, free_ts 0 ns\n"
                  "PFN %lu type Unmovable Block %lu type Unmovable Flags %#lx(head|%szone=1)\n"
                  " f10+0x1/0x2\n"
                  " f99+0x1/0x2\n"
                  "\n",
                  pfn, pfn >> 9, block.flags, kLong64 ? "node=0|" : "");
    CHECK(world.report() == expected);
    expect(__free_pages(pgdat, block, 2));
    CHECK(world.report() == "");
    CHECK(world.records[pfn + 3].free_ts_nsec == 20);
    CHECK(world.records[pfn + 3].free_handle == world.records[pfn].handle);
}

TEST_CASE("equal stacks are kept once, others apart; the last free is remembered")
{
    OwnedNode world(kZoneLayout64);
    pglist_data& pgdat = world.node.pgdat;
    current_caller = 1;
    page& first = *alloc_pages(pgdat, GFP_KERNEL, 0);
    page& second = *alloc_pages(pgdat, GFP_KERNEL, 0);
    auto const& a = world.records[page_to_pfn(pgdat, first).value];
    auto const& b = world.records[page_to_pfn(pgdat, second).value];
    CHECK(a.handle == b.handle);
    current_caller = 2;
    expect(__free_pages(pgdat, first, 0));
    CHECK(!a.allocated);
    CHECK(a.free_handle != a.handle);
    CHECK(stack_depot_fetch(world.stacks, a.free_handle).entries[0] == 2);
    uint64_t const freed_at = a.free_ts_nsec;
    page& again = *alloc_pages(pgdat, GFP_ATOMIC, 0);
    REQUIRE(&again == &first); // what the CPU was given last
    CHECK(a.allocated);
    CHECK(a.gfp_mask == GFP_ATOMIC);
    CHECK(a.free_ts_nsec == freed_at);
    CHECK(a.ts_nsec > freed_at);
    CHECK(b.gfp_mask == GFP_KERNEL);
}

} // namespace pagelab::mm
