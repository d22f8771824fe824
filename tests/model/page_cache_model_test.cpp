// The whole page allocator - per-CPU lists, compound pages, page cache, reclaim - against a model
// that knows which pages are held, by whom, and what the page cache must still have.
//
//   held     pages the walk took and has not given back: no two blocks share a page
//   files    what was cached: a page may vanish if nobody uses it, never otherwise, and what is
//            found is the page that was put there
//
// Memory runs out again and again, so that each request also fails at some point.
//
// To repeat a failure: PAGELAB_SEED=<seed> tests/bin/model_page_cache
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/lib/bitops.hpp"
#include "guestkernel/mm/check.hpp"
#include "guestkernel/mm/compound.hpp"
#include "guestkernel/mm/filemap.hpp"
#include "guestkernel/mm/vmscan.hpp"
#include "tests/unit/mm/memory_world.hpp"

namespace pagelab::mm {

namespace {

struct Block {
    page* first;
    unsigned order;
    bool is_compound;
};

constexpr address_space_operations kOps = {
    [](address_space&, page&) { return Result<>{}; },
};

unsigned chosen_seed()
{
    char const* const text = std::getenv("PAGELAB_SEED");
    return text != nullptr ? static_cast<unsigned>(std::strtoul(text, nullptr, 10))
                           : std::random_device{}();
}

class Walk {
  public:
    Walk(zone_layout const& layout, unsigned seed, uint64_t ram)
        : world_(layout, pc_map(ram)), random_(seed)
    {
        for (address_space& file : files_)
            address_space_init(file, world_.pgdat(), kOps);
    }

    void step()
    {
        if (random_() % 8192 == 0)
            grows_ = !grows_;
        unsigned const choice = random_() % 16;
        if (choice < (grows_ ? 6u : 3u))
            allocate();
        else if (choice < 9)
            release();
        else if (choice < 12)
            cache();
        else if (choice < 14)
            look_up();
        else if (choice == 14)
            drop();
        else if (random_() % 64 == 0)
            kswapd_run(world_.pgdat());
        world_.log.clear();
    }

    void compare()
    {
        pglist_data& pgdat = world_.pgdat();
        damage const found = check(pgdat);
        REQUIRE_MESSAGE(!found, found.what, " at pfn ", found.pfn.value);
        unsigned long cached = 0;
        for (address_space const& file : files_)
            cached += file.nrpages;
        REQUIRE(pgdat.vm_stat[NR_FILE_PAGES] == static_cast<long>(cached));
        REQUIRE(pgdat.vm_stat[NR_ACTIVE_FILE] + pgdat.vm_stat[NR_INACTIVE_FILE] ==
                static_cast<long>(cached));
        for (auto const& [key, p] : pinned_)
            REQUIRE(page_tree_load(files_[key.first].i_pages, key.second) == p);
    }

    void finish()
    {
        pglist_data& pgdat = world_.pgdat();
        while (!held_.empty())
            release();
        for (auto const& [key, p] : pinned_)
            REQUIRE(put_page(pgdat, *p));
        for (address_space& file : files_)
            truncate_inode_pages(file);
        drain_all_pages(pgdat);
        REQUIRE_FALSE(check(pgdat));
        CHECK(nr_free_pages(pgdat) == totalram_pages(pgdat));
        CHECK(pgdat.bad_page.count == 0);
        CHECK(failures_ > 0);
        CHECK(pgdat.vm_event[PGSTEAL_DIRECT] > 0);
        CHECK(pgdat.vm_event[PGSTEAL_KSWAPD] > 0);
    }

  private:
    using Key = std::pair<unsigned, unsigned long>;

    void allocate()
    {
        constexpr gfp_t kKinds[] = {GFP_KERNEL,
                                    GFP_KERNEL | __GFP_RECLAIMABLE,
                                    GFP_HIGHUSER,
                                    GFP_HIGHUSER_MOVABLE,
                                    GFP_ATOMIC,
                                    GFP_NOWAIT,
                                    GFP_KERNEL | __GFP_NORETRY,
                                    GFP_NOIO,
                                    GFP_KERNEL | GFP_DMA};
        bool const is_compound = random_() % 2 == 0;
        gfp_t const gfp = kKinds[random_() % std::size(kKinds)] | (is_compound ? __GFP_COMP : 0);
        unsigned const order = std::min<unsigned>(lib::lowest_bit(random_() | 1024), MAX_ORDER - 1);
        page* const first = alloc_pages(world_.pgdat(), gfp, order);
        if (first == nullptr) {
            failures_++;
            return;
        }
        REQUIRE(first->_refcount == 1);
        REQUIRE(page_zonenum(*first) <= gfp_zone(*world_.pgdat().layout, gfp));
        for (unsigned long i = 0; i < 1ul << order; i++)
            REQUIRE(used_.insert(first + i).second);
        held_.push_back({first, order, is_compound && order > 0});
    }

    void release()
    {
        if (held_.empty())
            return;
        size_t const i = random_() % held_.size();
        Block const block = held_[i];
        held_[i] = held_.back();
        held_.pop_back();
        unsigned long const pages = 1ul << block.order;
        for (unsigned long n = 0; n < pages; n++)
            used_.erase(block.first + n);
        if (block.is_compound) {
            page& some = block.first[random_() % pages];
            get_page(some);
            REQUIRE(put_page(world_.pgdat(), *block.first));
            REQUIRE(put_page(world_.pgdat(), some));
        } else {
            REQUIRE(__free_pages(world_.pgdat(), *block.first, block.order));
        }
    }

    Key any_key()
    {
        unsigned const file = random_() % std::size(files_);
        unsigned const shift = random_() % 4 == 0 ? 9 : 21;
        return {file, random_() >> shift};
    }

    void cache()
    {
        pglist_data& pgdat = world_.pgdat();
        Key const key = any_key();
        page* const p = alloc_pages(pgdat, GFP_HIGHUSER_MOVABLE | __GFP_NORETRY, 0);
        if (p == nullptr)
            return;
        REQUIRE_FALSE(used_.contains(p));
        bool const added{add_to_page_cache_lru(files_[key.first], *p, key.second, GFP_KERNEL)};
        if (added && random_() % 8 == 0)
            set_page_dirty(*p);
        if (added && random_() % 32 == 0 && pinned_.size() < 1000) {
            REQUIRE(pinned_.emplace(key, p).second);
            return;
        }
        REQUIRE(put_page(pgdat, *p));
    }

    void look_up()
    {
        Key const key = any_key();
        page* const p = find_get_page(files_[key.first], key.second);
        if (p == nullptr) {
            REQUIRE_FALSE(pinned_.contains(key));
            return;
        }
        REQUIRE(p->mapping == &files_[key.first]);
        REQUIRE(p->index == key.second);
        REQUIRE_FALSE(used_.contains(p));
        REQUIRE(put_page(world_.pgdat(), *p));
    }

    void drop()
    {
        if (!pinned_.empty() && random_() % 4 == 0) {
            auto const it = pinned_.begin();
            REQUIRE(put_page(world_.pgdat(), *it->second));
            pinned_.erase(it);
        }
        Key const key = any_key();
        invalidate_mapping_pages(files_[key.first], key.second, key.second + 16);
        if (random_() % 4096 == 0)
            drop_pagecache(world_.pgdat());
        if (random_() % 1024 == 0)
            drain_all_pages(world_.pgdat());
    }

    MemoryWorld world_;
    std::mt19937 random_;
    address_space files_[3];
    std::vector<Block> held_;
    std::set<page const*> used_;
    std::map<Key, page*> pinned_;
    bool grows_ = true;
    unsigned long failures_ = 0;
};

} // namespace

TEST_CASE("a million random steps in 2 MiB, everything checked after each")
{
    unsigned const seed = chosen_seed();
    INFO("PAGELAB_SEED=", seed);
    Walk walk(sizeof(long) == 8 ? kZoneLayout64 : kZoneLayout32, seed, 2 << 20);
    for (unsigned long i = 0; i < 1'000'000; i++) {
        walk.step();
        walk.compare();
    }
    walk.finish();
}

TEST_CASE("three hundred thousand random steps in 64 MiB, on either layout")
{
    for (auto const* layout : {&kZoneLayout32, &kZoneLayout64}) {
        unsigned const seed = chosen_seed();
        INFO("PAGELAB_SEED=", seed);
        Walk walk(*layout, seed, 64 << 20);
        for (unsigned long i = 0; i < 300'000; i++) {
            walk.step();
            if (i % 1'000 == 0)
                walk.compare();
        }
        walk.finish();
    }
}

} // namespace pagelab::mm
