#include "guestkernel/mm/kpage.hpp"

#include <cstring>

#include <doctest/doctest.h>

#include "guestkernel/mm/compound.hpp"
#include "tests/unit/mm/test_node.hpp"

namespace pagelab::mm {

namespace {

constexpr uint64_t flags(std::initializer_list<kpageflags> bits)
{
    uint64_t word = 0;
    for (kpageflags bit : bits)
        word |= uint64_t{1} << bit;
    return word;
}

} // namespace

TEST_CASE("what kpageflags says of free, taken, compound, slab, reserved and absent frames")
{
    for (auto const* layout : {&kZoneLayout32, &kZoneLayout64}) {
        TestNode node(*layout, pc_map(64ull << 20));
        node.start();
        pglist_data& pgdat = node.pgdat;
        CHECK(stable_page_flags(pgdat, Pfn(0xa0)) == flags({KPF_NOPAGE})); // video memory
        CHECK(stable_page_flags(pgdat, Pfn(1 << 20)) == flags({KPF_NOPAGE}));
        CHECK(stable_page_flags(pgdat, Pfn(1)) == flags({KPF_RESERVED})); // the first MiB
        CHECK(stable_page_flags(pgdat, Pfn(0x800)) == flags({KPF_BUDDY}));
        CHECK(stable_page_flags(pgdat, Pfn(0x801)) == flags({KPF_BUDDY})); // within the block

        page& head = *alloc_pages(pgdat, GFP_KERNEL | __GFP_COMP, 2);
        Pfn const pfn = page_to_pfn(pgdat, head);
        set_page_flag(head, PG_slab);
        CHECK(stable_page_flags(pgdat, pfn) == flags({KPF_SLAB, KPF_COMPOUND_HEAD}));
        CHECK(stable_page_flags(pgdat, Pfn(pfn.value + 3)) == flags({KPF_SLAB, KPF_COMPOUND_TAIL}));
        CHECK(kpagecount(pgdat, pfn) == 0);
        clear_page_flag(head, PG_slab);
        set_page_flag(head, PG_lru);
        set_page_flag(head, PG_referenced);
        head._mapcount = 2;
        CHECK(stable_page_flags(pgdat, pfn) ==
              flags({KPF_LRU, KPF_REFERENCED, KPF_MMAP, KPF_COMPOUND_HEAD}));
        CHECK(kpagecount(pgdat, pfn) == 3);
    }
}

TEST_CASE("the files have 8 bytes for each frame and are read in whole words")
{
    TestNode node(kZoneLayout64, pc_map(64ull << 20));
    node.start();
    uint64_t words[4];
    auto const read = [&](uint64_t offset, size_t size) {
        return read_kpages(node.pgdat, stable_page_flags, offset, words, size);
    };
    CHECK(expect(read(8 * 0x9e, sizeof(words))) == sizeof(words));
    CHECK(words[0] != flags({KPF_NOPAGE}));
    CHECK(words[1] == flags({KPF_NOPAGE}));
    uint64_t const end = node.pgdat.node_start_pfn + node.pgdat.node_spanned_pages;
    CHECK(expect(read(8 * (end - 1), sizeof(words))) == 8);
    CHECK(expect(read(8 * end, sizeof(words))) == 0);
    CHECK(!read(4, 8));
    CHECK(!read(8, 12));
}

} // namespace pagelab::mm
