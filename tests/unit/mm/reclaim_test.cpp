#include <deque>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/mm/check.hpp"
#include "guestkernel/mm/fallback.hpp"
#include "guestkernel/mm/filemap.hpp"
#include "guestkernel/mm/lru.hpp"
#include "guestkernel/mm/shrinker.hpp"
#include "guestkernel/mm/vmscan.hpp"
#include "tests/unit/mm/memory_world.hpp"

namespace pagelab::mm {

namespace {

constexpr uint64_t kRam = 64ull << 20;

struct File : address_space {
    unsigned long written = 0;
    bool disk_full = false;
    void (*meanwhile)(page& p) = nullptr; // what another CPU does during a write

    explicit File(pglist_data& pgdat) : address_space() { address_space_init(*this, pgdat, kOps); }

    // Caches a page nobody else uses; false: out of memory.
    bool cache(unsigned long index)
    {
        pglist_data& pgdat = *i_pages.pgdat;
        page* const p = alloc_pages(pgdat, gfp_mask | __GFP_NORETRY, 0);
        if (p == nullptr)
            return false;
        bool const added{add_to_page_cache_lru(*this, *p, index, GFP_KERNEL | __GFP_NORETRY)};
        REQUIRE(put_page(pgdat, *p));
        return added;
    }

    static Result<> writepage(address_space& mapping, page& p)
    {
        auto& file = static_cast<File&>(mapping);
        if (file.meanwhile != nullptr)
            file.meanwhile(p);
        if (file.disk_full)
            return Error{"disk is full"};
        file.written++;
        return {};
    }
    static constexpr address_space_operations kOps = {writepage};
};

// Caches pages 0..count-1.
void fill(File& file, unsigned long count)
{
    for (unsigned long i = 0; i < count; i++)
        REQUIRE(file.cache(i));
}

std::vector<page*> take_all(pglist_data& pgdat, gfp_t gfp)
{
    std::vector<page*> pages;
    while (page* const p = alloc_pages(pgdat, gfp, 0))
        pages.push_back(p);
    return pages;
}

unsigned long events(pglist_data const& pgdat, unsigned item)
{
    return pgdat.vm_event[item];
}

struct Pool : shrinker {
    unsigned long objects = 0;
    unsigned long calls = 0;
    unsigned long largest = 0;

    Pool() : shrinker{count, scan, 0, DEFAULT_SEEKS, {}, 0, 0} {}
    static unsigned long count(shrinker& s, shrink_control&)
    {
        return static_cast<Pool&>(s).objects;
    }
    static unsigned long scan(shrinker& s, shrink_control& control)
    {
        auto& pool = static_cast<Pool&>(s);
        unsigned long const freed = std::min(control.nr_to_scan, pool.objects);
        pool.calls++;
        pool.largest = std::max(pool.largest, control.nr_to_scan);
        pool.objects -= freed;
        return freed;
    }
};

} // namespace

TEST_CASE("a page used twice becomes active; counters follow the lists")
{
    MemoryWorld world(kZoneLayout64, pc_map(kRam));
    auto& pgdat = world.pgdat();
    File file(pgdat);
    fill(file, 3);
    CHECK(pgdat.vm_stat[NR_FILE_PAGES] == 3);
    CHECK(pgdat.vm_stat[NR_INACTIVE_FILE] == 3);
    for (int i = 0; i < 2; i++) {
        page* const p = find_get_page(file, 1);
        REQUIRE(p->_refcount == 2);
        REQUIRE(put_page(pgdat, *p));
    }
    CHECK(pgdat.vm_stat[NR_ACTIVE_FILE] == 1);
    CHECK(pgdat.vm_stat[NR_INACTIVE_FILE] == 2);
    CHECK(events(pgdat, PGACTIVATE) == 1);
    CHECK(find_get_page(file, 7) == nullptr);
    page* const p = page_tree_load(file.i_pages, 0);
    set_page_dirty(*p);
    CHECK(pgdat.vm_stat[NR_FILE_DIRTY] == 1);
    CHECK(page_zone(pgdat, *p).vm_stat[NR_ZONE_WRITE_PENDING] == 1);
    CHECK(invalidate_mapping_pages(file, 0, ~0ul) == 2);
    truncate_inode_pages(file);
    for (node_stat_item i : {NR_FILE_PAGES, NR_INACTIVE_FILE, NR_ACTIVE_FILE, NR_FILE_DIRTY})
        CHECK(pgdat.vm_stat[i] == 0);
    drain_all_pages(pgdat);
    CHECK(nr_free_pages(pgdat) == totalram_pages(pgdat));
    CHECK_FALSE(check(pgdat));
}

TEST_CASE("check finds damage on the LRU lists")
{
    MemoryWorld world(kZoneLayout64, pc_map(kRam));
    auto& pgdat = world.pgdat();
    File file(pgdat);
    fill(file, 3);
    page* const p = page_tree_load(file.i_pages, 1);
    auto const found = [&] {
        damage const d = check(pgdat);
        return std::string(d.what != nullptr ? d.what : "none");
    };
    CHECK(found() == "none");
    set_page_flag(*p, PG_active);
    CHECK(found() == "page is on the wrong lru list");
    clear_page_flag(*p, PG_active);
    p->index = 2;
    CHECK(found() == "page on an lru list is not in its file's tree");
    p->index = 1;
    pgdat.vm_stat[NR_INACTIVE_FILE]++;
    CHECK(found() == "node's lru counter differs from the list");
    pgdat.vm_stat[NR_INACTIVE_FILE]--;
    page_zone(pgdat, *p).vm_stat[NR_ZONE_INACTIVE_FILE]--;
    CHECK(found() == "zone's lru counter differs from the list");
    page_zone(pgdat, *p).vm_stat[NR_ZONE_INACTIVE_FILE]++;
    list_head const saved = p->lru;
    p->lru.prev = &pgdat.shrinker_list;
    CHECK(found() == "lru list does not lead back");
    p->lru = saved;
    CHECK(found() == "none");
}

TEST_CASE("a sleeping request takes from the page cache; one that may not sleep does not")
{
    for (auto const* layout : {&kZoneLayout32, &kZoneLayout64}) {
        MemoryWorld world(*layout, pc_map(kRam));
        auto& pgdat = world.pgdat();
        File file(pgdat);
        fill(file, 4000);
        auto const taken = take_all(pgdat, GFP_NOWAIT | __GFP_NOWARN);
        CHECK(file.nrpages == 4000);
        CHECK(events(pgdat, PGSCAN_DIRECT) == 0);
        auto const rest = take_all(pgdat, GFP_KERNEL);
        CHECK(rest.size() > 3900);
        CHECK(file.nrpages == 0);
        CHECK(events(pgdat, PGSTEAL_DIRECT) == 4000);
        CHECK(events(pgdat, PGSCAN_DIRECT) >= 4000);
        CHECK(events(pgdat, ALLOCSTALL + layout->normal) > 0);
        CHECK(world.log.find("test invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, "
                             "oom_score_adj=0\n") != std::string::npos);
        CHECK(world.log.find("page allocation failure: order:0, mode:0xcc0(GFP_KERNEL)") !=
              std::string::npos);
        CHECK_FALSE(check(pgdat));
    }
}

TEST_CASE("pages in frequent use outlive the others, but not for ever")
{
    MemoryWorld world(kZoneLayout64, pc_map(kRam));
    auto& pgdat = world.pgdat();
    File file(pgdat);
    fill(file, 4000);
    for (unsigned long i = 0; i < 1000; i++) {
        mark_page_accessed(pgdat, *page_tree_load(file.i_pages, i));
        mark_page_accessed(pgdat, *page_tree_load(file.i_pages, i));
    }
    REQUIRE(pgdat.vm_stat[NR_ACTIVE_FILE] == 1000);
    while (file.nrpages > 2200)
        REQUIRE(try_to_free_pages(pgdat, 0, GFP_KERNEL, kZoneLayout64.normal) > 0);
    for (unsigned long i = 0; i < 1000; i++)
        CHECK(page_tree_load(file.i_pages, i) != nullptr);
    CHECK(pgdat.vm_stat[NR_ACTIVE_FILE] == 1000);
    take_all(pgdat, GFP_KERNEL);
    CHECK(file.nrpages == 0);
    CHECK(events(pgdat, PGDEACTIVATE) == 1000);
    CHECK(events(pgdat, PGREFILL) == 1000);
}

TEST_CASE("cached pages of a pageblock count as movable when it is stolen")
{
    MemoryWorld world(kZoneLayout64, pc_map(kRam));
    auto& pgdat = world.pgdat();
    File file(pgdat);
    fill(file, 2000);
    page const& some = *page_tree_load(file.i_pages, 1000);
    zone& z = page_zone(pgdat, some);
    unsigned long const start = pfn_of(z, some) & ~(pageblock_nr_pages - 1);
    unsigned long cached = 0;
    for (unsigned long i = 0; i < pageblock_nr_pages; i++)
        cached += page_flag(pgdat.node_mem_map[start + i], PG_lru) ? 1u : 0u;
    REQUIRE(cached > 0);
    CHECK(move_freepages_block(z, start, MIGRATE_MOVABLE).movable == cached);
}

TEST_CASE("kswapd is woken below the low watermark and works until the high one")
{
    MemoryWorld world(kZoneLayout64, pc_map(kRam));
    auto& pgdat = world.pgdat();
    File file(pgdat);
    unsigned long index = 0;
    while (pgdat.kswapd_highest_zoneidx == MAX_NR_ZONES)
        REQUIRE(file.cache(index++));
    CHECK_FALSE(pgdat_balanced(pgdat, 0, kZoneLayout64.normal));
    kswapd_run(pgdat);
    CHECK(pgdat_balanced(pgdat, 0, kZoneLayout64.normal));
    CHECK(pgdat.kswapd_highest_zoneidx == MAX_NR_ZONES);
    CHECK(events(pgdat, PAGEOUTRUN) == 1);
    CHECK(events(pgdat, PGSTEAL_KSWAPD) > 0);
    CHECK(file.nrpages == index - events(pgdat, PGSTEAL_KSWAPD));
    CHECK(page_tree_load(file.i_pages, 0) == nullptr); // the oldest went first
    CHECK(page_tree_load(file.i_pages, index - 1) != nullptr);
    kswapd_run(pgdat);
    CHECK(events(pgdat, PAGEOUTRUN) == 1);
    CHECK_FALSE(check(pgdat));
}

TEST_CASE("pages in use stay, dirty ones are written, those that cannot be written stay")
{
    MemoryWorld world(kZoneLayout64, pc_map(kRam));
    auto& pgdat = world.pgdat();
    File file(pgdat);
    File full(pgdat);
    full.disk_full = true;
    fill(file, 1000);
    fill(full, 100);
    for (unsigned long i = 0; i < 100; i++)
        set_page_dirty(*page_tree_load(full.i_pages, i));
    for (unsigned long i = 500; i < 600; i++)
        set_page_dirty(*page_tree_load(file.i_pages, i));
    page* const used = find_get_page(file, 77);
    take_all(pgdat, GFP_KERNEL);
    CHECK(file.nrpages == 1);
    CHECK(page_tree_load(file.i_pages, 77) == used);
    CHECK(file.written == 100);
    CHECK(full.nrpages == 100);
    CHECK(pgdat.vm_stat[NR_FILE_DIRTY] == 100);
    CHECK(pgdat.vm_stat[NR_WRITTEN] == 100);
    CHECK_FALSE(check(pgdat));
}

TEST_CASE("what another CPU does to a page while it is written is not lost")
{
    MemoryWorld world(kZoneLayout64, pc_map(kRam));
    auto& pgdat = world.pgdat();
    File file(pgdat);
    fill(file, 3);
    page& p = *find_get_page(file, 1);
    set_page_dirty(p);
    file.meanwhile = [](page& written) { set_page_dirty(written); };
    CHECK(write_cached_page(p));
    CHECK(page_flag(p, PG_dirty));
    CHECK(pgdat.vm_stat[NR_FILE_DIRTY] == 1);
    file.meanwhile = [](page& written) { delete_from_page_cache(written); };
    CHECK(write_cached_page(p));
    CHECK(file.nrpages == 2);
    CHECK(pgdat.vm_stat[NR_FILE_DIRTY] == 0);
    set_page_dirty(p); // too late, all of these
    delete_from_page_cache(p);
    CHECK_FALSE(write_cached_page(p));
    CHECK(pgdat.vm_stat[NR_FILE_DIRTY] == 0);
    CHECK(put_page(pgdat, p));
    CHECK_FALSE(check(pgdat));
}

TEST_CASE("GFP_NOIO does not write")
{
    MemoryWorld world(kZoneLayout64, pc_map(kRam));
    auto& pgdat = world.pgdat();
    File file(pgdat);
    fill(file, 100);
    for (unsigned long i = 0; i < 100; i++)
        set_page_dirty(*page_tree_load(file.i_pages, i));
    take_all(pgdat, GFP_NOIO);
    CHECK(file.written == 0);
    take_all(pgdat, GFP_KERNEL);
    CHECK(file.written == 100);
}

TEST_CASE("zones that would not help are skipped")
{
    MemoryWorld world(kZoneLayout32, pc_map(1024ull << 20));
    auto& pgdat = world.pgdat();
    File file(pgdat);
    fill(file, 2000); // in HighMem
    try_to_free_pages(pgdat, 0, GFP_KERNEL, kZoneLayout32.normal);
    CHECK(file.nrpages == 2000);
    unsigned long const freed = try_to_free_pages(pgdat, 0, GFP_HIGHUSER, kZoneLayout32.highmem);
    CHECK(freed >= SWAP_CLUSTER_MAX);
    CHECK(freed < 3 * SWAP_CLUSTER_MAX);
    CHECK(file.nrpages == 2000 - freed);
}

TEST_CASE("shrinkers are asked in proportion, in batches; what is too little is put off")
{
    MemoryWorld world(kZoneLayout64, pc_map(kRam));
    auto& pgdat = world.pgdat();
    Pool pool;
    pool.objects = 100'000;
    register_shrinker(pgdat, pool);
    CHECK(shrink_slab(pgdat, GFP_KERNEL, DEF_PRIORITY) == 0); // 100000 / 4096 * 4 / 2 = 48 < 128
    CHECK(pool.nr_deferred == 48);
    CHECK(shrink_slab(pgdat, GFP_KERNEL, 6) == 3072 - 3072 % 128); // 1562 * 2, in whole batches
    CHECK(pool.largest == 128);
    CHECK(pool.nr_deferred == 48 + 3124 - 3072);
    CHECK(events(pgdat, SLABS_SCANNED) == 3072);
    CHECK(drop_slab(pgdat) > 96'000);
    CHECK(pool.objects < 128);
    unregister_shrinker(pgdat, pool);
    pool.objects = 100'000;
    CHECK(shrink_slab(pgdat, GFP_KERNEL, 0) == 0);
}

TEST_CASE("effort and failure as the gfp flags say")
{
    MemoryWorld world(kZoneLayout64, pc_map(kRam));
    auto& pgdat = world.pgdat();
    auto pages = take_all(pgdat, GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY);
    CHECK(world.log.empty());
    unsigned long const stalls = events(pgdat, ALLOCSTALL + kZoneLayout64.normal);
    CHECK(alloc_pages(pgdat, GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 0) == nullptr);
    CHECK(events(pgdat, ALLOCSTALL + kZoneLayout64.normal) == stalls + 1);
    CHECK(alloc_pages(pgdat, GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN, 0) == nullptr);
    CHECK(alloc_pages(pgdat, GFP_KERNEL | __GFP_NOWARN, 5) == nullptr);
    CHECK(world.log.empty()); // none of these means that memory is out
    CHECK(alloc_pages(pgdat, GFP_KERNEL | __GFP_NOWARN, 0) == nullptr);
    CHECK(world.log.starts_with("test invoked oom-killer"));

    CHECK(alloc_pages(pgdat, GFP_NOWAIT | __GFP_HIGH | __GFP_NOWARN, 0) != nullptr);
    take_all(pgdat, GFP_NOWAIT | __GFP_HIGH | __GFP_NOWARN);
    CHECK(alloc_pages(pgdat, GFP_ATOMIC | __GFP_NOWARN, 0) != nullptr);
    take_all(pgdat, GFP_ATOMIC | __GFP_NOWARN);
    CHECK(nr_free_pages(pgdat) > 0);
    CHECK(alloc_pages(pgdat, GFP_KERNEL | __GFP_NOFAIL, 0) != nullptr);
    auto const memalloc = GFP_KERNEL | __GFP_MEMALLOC | __GFP_NOWARN;
    CHECK(alloc_pages(pgdat, memalloc | __GFP_NOMEMALLOC, 0) == nullptr);
    CHECK(alloc_pages(pgdat, memalloc, 0) != nullptr);
    take_all(pgdat, memalloc);
    CHECK(nr_free_pages(pgdat) == 0);
    CHECK(world.panicked.empty());
    CHECK(alloc_pages(pgdat, GFP_KERNEL | __GFP_NOFAIL, 0) == nullptr);
    CHECK(world.panicked == "System is deadlocked on memory");
    CHECK_FALSE(check(pgdat));
}

TEST_CASE("reports come once in ten seconds, and say how many were kept back")
{
    MemoryWorld world(kZoneLayout64, pc_map(kRam));
    auto& pgdat = world.pgdat();
    take_all(pgdat, GFP_NOWAIT);
    auto const reports = [&] {
        size_t count = 0;
        for (size_t at = world.log.find("allocation failure"); at != std::string::npos;
             at = world.log.find("allocation failure", at + 1))
            count++;
        return count;
    };
    CHECK(reports() == 1);
    CHECK(alloc_pages(pgdat, GFP_NOWAIT, 0) == nullptr);
    CHECK(alloc_pages(pgdat, GFP_NOWAIT, 0) == nullptr);
    CHECK(reports() == 1);
    world.now = 11'000'000'000;
    CHECK(alloc_pages(pgdat, GFP_NOWAIT, 0) == nullptr);
    CHECK(reports() == 2);
    CHECK(world.log.find("warn_alloc: 2 callbacks suppressed\n") != std::string::npos);
}

TEST_CASE("out of memory at each page the cache's tree needs: nothing is lost or left behind")
{
    for (unsigned spare = 0; spare < 20; spare++) {
        MemoryWorld world(kZoneLayout64, pc_map(32ull << 20));
        auto& pgdat = world.pgdat();
        File file(pgdat);
        page* const p = alloc_pages(pgdat, GFP_KERNEL, 0);
        gfp_t const gfp = GFP_NOWAIT | __GFP_MEMALLOC | __GFP_NOWARN;
        auto pages = take_all(pgdat, gfp);
        for (unsigned i = 0; i < spare; i++) {
            REQUIRE(__free_pages(pgdat, *pages.back(), 0));
            pages.pop_back();
        }
        drain_all_pages(pgdat);
        bool const first{add_to_page_cache_lru(file, *p, ~0ul - spare, gfp)};
        CHECK(p->_refcount == (first ? 2 : 1));
        CHECK((p->mapping == &file) == first);
        CHECK(file.nrpages == (first ? 1u : 0u));
        CHECK(first == (spare >= 8)); // 64 bits of index, 9 a level
        truncate_inode_pages(file);
        REQUIRE(put_page(pgdat, *p));
        for (page* q : pages)
            REQUIRE(__free_pages(pgdat, *q, 0));
        drain_all_pages(pgdat);
        CHECK(nr_free_pages(pgdat) == totalram_pages(pgdat));
        CHECK_FALSE(check(pgdat));
    }
}

} // namespace pagelab::mm
