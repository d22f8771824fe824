// Each flag of a request: which zone it names, how far below the watermark it may go, what is
// reclaimed for it, whether its failure is reported, and what it does to the pages it gets.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/mm/compound.hpp"
#include "guestkernel/mm/filemap.hpp"
#include "tests/unit/mm/memory_world.hpp"

namespace pagelab::mm {

namespace {

constexpr uint64_t kRam = 64ull << 20;
constexpr unsigned long kClean = 60;
constexpr unsigned long kDirty = 40;

unsigned long written;

constexpr address_space_operations kOps = {[](address_space&, page&) -> Result<> {
    written++;
    return {};
}};

enum class report { none, failure, out_of_memory };

// What is left when memory ends for such a request.
struct Effort {
    char const* name;
    gfp_t gfp;
    unsigned eighths; // of the min watermark, that stay free
    unsigned long cached;
    unsigned long written;
    report says;
};

constexpr gfp_t kOnce = __GFP_NORETRY;
constexpr unsigned long kAll = kClean + kDirty;

constexpr Effort kEfforts[] = {
    {"GFP_NOWAIT", GFP_NOWAIT, 8, kAll, 0, report::failure},
    {"GFP_NOWAIT | __GFP_NOWARN", GFP_NOWAIT | __GFP_NOWARN, 8, kAll, 0, report::none},
    {"__GFP_HIGH", GFP_NOWAIT | __GFP_HIGH, 4, kAll, 0, report::failure},
    {"GFP_ATOMIC", GFP_ATOMIC, 3, kAll, 0, report::failure},
    {"GFP_ATOMIC | __GFP_NOMEMALLOC", GFP_ATOMIC | __GFP_NOMEMALLOC, 4, kAll, 0, report::failure},
    {"__GFP_MEMALLOC", GFP_NOWAIT | __GFP_MEMALLOC, 0, kAll, 0, report::failure},
    {"__GFP_MEMALLOC | __GFP_NOMEMALLOC", GFP_NOWAIT | __GFP_MEMALLOC | __GFP_NOMEMALLOC, 8, kAll,
     0, report::failure},
    {"GFP_NOIO", GFP_NOIO | kOnce, 8, kDirty, 0, report::failure},
    {"GFP_NOFS", GFP_NOFS | kOnce, 8, kDirty, 0, report::failure},
    {"GFP_KERNEL | __GFP_NORETRY", GFP_KERNEL | kOnce, 8, 0, kDirty, report::failure},
    {"GFP_KERNEL | __GFP_RETRY_MAYFAIL", GFP_KERNEL | __GFP_RETRY_MAYFAIL, 8, 0, kDirty,
     report::failure},
    {"GFP_KERNEL", GFP_KERNEL, 8, 0, kDirty, report::out_of_memory},
    {"GFP_USER", GFP_USER, 8, 0, kDirty, report::out_of_memory},
    {"GFP_KERNEL | __GFP_RECLAIMABLE", GFP_KERNEL | __GFP_RECLAIMABLE, 8, 0, kDirty,
     report::out_of_memory},
};

void cache_pages(address_space& file)
{
    pglist_data& pgdat = *file.i_pages.pgdat;
    for (unsigned long i = 0; i < kClean + kDirty; i++) {
        page* const p = alloc_pages(pgdat, GFP_KERNEL, 0);
        REQUIRE(p != nullptr);
        REQUIRE(add_to_page_cache_lru(file, *p, i, GFP_KERNEL));
        if (i >= kClean)
            set_page_dirty(*p);
        REQUIRE(put_page(pgdat, *p));
    }
}

report said(std::string const& log)
{
    if (log.find("invoked oom-killer") != std::string::npos)
        return report::out_of_memory;
    return log.find("page allocation failure") != std::string::npos ? report::failure
                                                                    : report::none;
}

std::string zone_of(MemoryWorld& world, gfp_t gfp)
{
    page* const p = alloc_pages(world.pgdat(), gfp, 0);
    REQUIRE(p != nullptr);
    return page_zone(world.pgdat(), *p).name;
}

} // namespace

TEST_CASE("how hard a request tries, and what its failure says")
{
    for (Effort const& effort : kEfforts) {
        CAPTURE(std::string(effort.name));
        MemoryWorld world(kZoneLayout64, pc_map(kRam));
        pglist_data& pgdat = world.pgdat();
        address_space file = {};
        address_space_init(file, pgdat, kOps);
        cache_pages(file);
        written = 0;
        while (alloc_pages(pgdat, effort.gfp, 0) != nullptr) {
        }
        zone const& dma32 = world.node.zone_named("DMA32");
        unsigned long const min = dma32._watermark[WMARK_MIN];
        unsigned long const floor = min * effort.eighths / 8;
        constexpr unsigned long kBatch = 8; // that may come at once
        CHECK(dma32.vm_stat[NR_FREE_PAGES] <= floor + 1);
        CHECK(dma32.vm_stat[NR_FREE_PAGES] + kBatch > floor);
        CHECK(file.nrpages == effort.cached);
        CHECK(written == effort.written);
        CHECK(said(world.log) == effort.says);
    }
}

TEST_CASE("a request that may not fail takes the last page")
{
    MemoryWorld world(kZoneLayout64, pc_map(kRam));
    pglist_data& pgdat = world.pgdat();
    while (alloc_pages(pgdat, GFP_ATOMIC | __GFP_NOWARN, 0) != nullptr) {
    }
    unsigned long taken = 0;
    while (alloc_pages(pgdat, GFP_KERNEL | __GFP_NOFAIL, 0) != nullptr)
        taken++;
    CHECK(taken > 0);
    CHECK(nr_free_pages(pgdat) == 0);
    CHECK(world.panicked == "System is deadlocked on memory"); // Linux would wait for ever
}

TEST_CASE("the zone flags, on both widths")
{
    struct {
        gfp_t gfp;
        char const *on_64, *on_32;
    } const rows[] = {
        {GFP_KERNEL, "Normal", "Normal"},
        {GFP_USER, "Normal", "Normal"},
        {GFP_DMA, "DMA", "DMA"},
        {GFP_KERNEL | __GFP_DMA, "DMA", "DMA"},
        {GFP_KERNEL | __GFP_DMA32, "DMA32", "Normal"},
        {GFP_KERNEL | __GFP_HIGHMEM, "Normal", "HighMem"},
        {GFP_HIGHUSER, "Normal", "HighMem"},
        {GFP_HIGHUSER_MOVABLE, "Normal", "HighMem"},
    };
    for (auto const& row : rows) {
        CAPTURE(row.gfp);
        MemoryWorld large(kZoneLayout64, pc_map(5ull << 30));
        CHECK(zone_of(large, row.gfp) == row.on_64);
    }
    for (auto const& row : rows) {
        CAPTURE(row.gfp);
        MemoryWorld small(kZoneLayout32, pc_map(2ull << 30));
        CHECK(zone_of(small, row.gfp) == row.on_32);
    }
}

TEST_CASE("zeroed and compound pages")
{
    MemoryWorld world(kZoneLayout32, pc_map(2ull << 30));
    pglist_data& pgdat = world.pgdat();
    for (gfp_t const gfp : {GFP_KERNEL, GFP_HIGHUSER}) {
        page* const dirty = alloc_pages(pgdat, gfp, 0);
        std::memset(world.bytes(*dirty), 0x77, kPageSize);
        REQUIRE(__free_pages(pgdat, *dirty, 0));
        page* const zeroed = alloc_pages(pgdat, gfp | __GFP_ZERO, 0);
        CHECK(zeroed == dirty);
        for (unsigned at = 0; at < kPageSize; at++)
            REQUIRE(world.bytes(*zeroed)[at] == 0);
    }
    page* const head = alloc_pages(pgdat, GFP_KERNEL | __GFP_COMP, 3);
    CHECK(compound_order(*head) == 3);
    CHECK(&compound_head(head[5]) == head);
    page* const plain = alloc_pages(pgdat, GFP_KERNEL, 3);
    CHECK(compound_order(*plain) == 0);
    CHECK(&compound_head(plain[5]) == plain + 5);
}

// Source: Linux 6.1 include/linux/gfp_types.h.
TEST_CASE("the types are Linux' numbers")
{
    CHECK(GFP_ATOMIC == 0xa20);
    CHECK(GFP_NOWAIT == 0x800);
    CHECK(GFP_NOIO == 0xc00);
    CHECK(GFP_NOFS == 0xc40);
    CHECK(GFP_KERNEL == 0xcc0);
    CHECK(GFP_USER == 0x100cc0);
    CHECK(GFP_HIGHUSER == 0x100cc2);
    CHECK(GFP_HIGHUSER_MOVABLE == 0x100cca);
    CHECK(GFP_DMA == 0x1);
    CHECK(GFP_DMA32 == 0x4);
}

} // namespace pagelab::mm
