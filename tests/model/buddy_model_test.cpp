// The page allocator against a model that knows only which pages are free.
//
// Since all buddies are merged, the free pages determine the free blocks: a block is on a list if
// all of it is free and no larger block around it is. So the model predicts nr_free of every order,
// and whether a request succeeds; it does not care which page is given.
//
// To repeat a failure: PAGELAB_SEED=<seed> tests/bin/model_buddy
#include <cstdlib>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/lib/bitops.hpp"
#include "guestkernel/mm/check.hpp"
#include "tests/unit/mm/test_node.hpp"

namespace pagelab::mm {

namespace {

struct Block {
    page* first;
    unsigned order;
};

class Model {
  public:
    explicit Model(pglist_data const& pgdat) : pgdat_(pgdat)
    {
        unsigned long end = 0;
        for (zone const& z : pgdat.node_zones)
            end = std::max(end, zone_end_pfn(z));
        is_free_.assign(end, false);
        for (zone const& z : pgdat.node_zones) {
            for (unsigned long pfn = z.zone_start_pfn; pfn < zone_end_pfn(z); pfn++) {
                Pfn const at(pfn);
                is_free_[pfn] = memblock_is_memory(*pgdat.memory, pfn_to_phys(at)) &&
                                !page_flag(*pfn_to_page(pgdat, at), PG_reserved);
            }
        }
    }

    // Number of free blocks of each order that merging leaves in the zone.
    std::array<unsigned long, MAX_ORDER> blocks(zone const& z) const
    {
        std::array<unsigned long, MAX_ORDER> count = {};
        for (unsigned long pfn = z.zone_start_pfn; pfn < zone_end_pfn(z);) {
            unsigned order = 0;
            while (order + 1 < MAX_ORDER && is_free_block(z, pfn, order + 1))
                order++;
            if (is_free_[pfn])
                count[order]++;
            pfn += is_free_[pfn] ? 1ul << order : 1;
        }
        return count;
    }

    // Whether the zone may give such a block and still keep `kept` pages.
    bool can_give(zone const& z, unsigned order, long kept) const
    {
        auto const count = blocks(z);
        long pages = 0;
        bool has_block = false;
        for (unsigned o = 0; o < MAX_ORDER; o++) {
            pages += static_cast<long>(count[o] << o);
            has_block = has_block || (o >= order && count[o] > 0);
        }
        return has_block && pages - ((1l << order) - 1) > kept;
    }

    void take(Block const& block) { set(block, true, false); }
    void put(Block const& block) { set(block, false, true); }

  private:
    bool is_free_block(zone const& z, unsigned long pfn, unsigned order) const
    {
        unsigned long const size = 1ul << order;
        if (pfn % size != 0 || !zone_spans_pfn(z, pfn + size - 1))
            return false;
        for (unsigned long i = 0; i < size; i++) {
            if (!is_free_[pfn + i])
                return false;
        }
        return true;
    }

    void set(Block const& block, bool from, bool to)
    {
        unsigned long const pfn = page_to_pfn(pgdat_, *block.first).value;
        REQUIRE(pfn % (1ul << block.order) == 0);
        for (unsigned long i = 0; i < 1ul << block.order; i++) {
            REQUIRE(is_free_.at(pfn + i) == from);
            is_free_[pfn + i] = to;
        }
    }

    pglist_data const& pgdat_;
    std::vector<bool> is_free_;
};

unsigned chosen_seed()
{
    char const* const text = std::getenv("PAGELAB_SEED");
    return text != nullptr ? static_cast<unsigned>(std::strtoul(text, nullptr, 10))
                           : std::random_device{}();
}

enum class Prediction {
    kPlace,           // the page given was free, and lies in an allowed zone
    kPlaceAndSuccess, // and whether there is one: slow
};

// Random requests and frees. Phases of growth and shrinking alternate, so that memory runs out.
class Walk {
  public:
    Walk(TestNode& node, unsigned seed, Prediction prediction)
        : node_(node), model_(node.pgdat), random_(seed), prediction_(prediction)
    {
    }

    void step()
    {
        if (random_() % 4096 == 0)
            grows_ = !grows_;
        if (held_.empty() || random_() % 8 < (grows_ ? 5 : 3))
            allocate();
        else
            release(random_() % held_.size());
    }

    void compare()
    {
        damage const found = check(node_.pgdat);
        INFO("damage: ", found.what == nullptr ? "none" : found.what, " at pfn ", found.pfn.value);
        REQUIRE_FALSE(found);
        for (zone const& z : node_.pgdat.node_zones) {
            auto const expected = model_.blocks(z);
            for (unsigned order = 0; order < MAX_ORDER; order++)
                REQUIRE(z.free_area[order].nr_free == expected[order]);
        }
    }

    void release_all()
    {
        while (!held_.empty())
            release(held_.size() - 1);
    }

    unsigned long failures() const { return failures_; }

  private:
    gfp_t any_gfp()
    {
        constexpr gfp_t kKinds[] = {GFP_KERNEL,
                                    GFP_KERNEL | __GFP_RECLAIMABLE,
                                    GFP_HIGHUSER,
                                    GFP_HIGHUSER_MOVABLE,
                                    GFP_DMA,
                                    GFP_KERNEL | __GFP_DMA32,
                                    GFP_NOWAIT | __GFP_HIGH,
                                    GFP_KERNEL | __GFP_MEMALLOC};
        return kKinds[random_() % std::size(kKinds)];
    }

    void allocate()
    {
        gfp_t const gfp = any_gfp();
        unsigned const order = std::min<unsigned>(lib::lowest_bit(random_() | 1024), MAX_ORDER - 1);
        bool const predicts = prediction_ == Prediction::kPlaceAndSuccess;
        bool const expected = predicts && can_succeed(gfp, order);
        page* const first = alloc_pages(node_.pgdat, gfp, order);
        if (predicts)
            REQUIRE((first != nullptr) == expected);
        if (first == nullptr) {
            failures_++;
            return;
        }
        REQUIRE(page_zonenum(*first) <= gfp_zone(*node_.pgdat.layout, gfp));
        REQUIRE(first->_refcount == 1);
        model_.take({first, order});
        held_.push_back({first, order});
    }

    bool can_succeed(gfp_t gfp, unsigned order) const
    {
        unsigned const highest = gfp_zone(*node_.pgdat.layout, gfp);
        for (unsigned i = 0; i <= highest; i++) {
            zone const& z = node_.pgdat.node_zones[i];
            auto mark = static_cast<long>(z._watermark[WMARK_MIN]);
            mark -= gfp & __GFP_HIGH ? mark / 2 : 0;
            long const kept =
                gfp & __GFP_MEMALLOC ? -(1l << MAX_ORDER) : mark + z.lowmem_reserve[highest];
            if (model_.can_give(z, order, kept))
                return true;
        }
        return false;
    }

    void release(size_t i)
    {
        REQUIRE(__free_pages(node_.pgdat, *held_[i].first, held_[i].order));
        model_.put(held_[i]);
        held_[i] = held_.back();
        held_.pop_back();
    }

    TestNode& node_;
    Model model_;
    std::mt19937 random_;
    Prediction prediction_;
    std::vector<Block> held_;
    bool grows_ = true;
    unsigned long failures_ = 0;
};

void walk(TestNode& node, unsigned seed, unsigned long steps, unsigned long compare_every,
          Prediction prediction)
{
    INFO("PAGELAB_SEED=", seed);
    node.start();
    Walk walk(node, seed, prediction);
    walk.compare();
    for (unsigned long i = 0; i < steps; i++) {
        walk.step();
        if (i % compare_every == 0)
            walk.compare();
    }
    CHECK(walk.failures() > 0); // memory did run out
    walk.release_all();
    walk.compare();
    CHECK(nr_free_pages(node.pgdat) == totalram_pages(node.pgdat));
}

} // namespace

TEST_CASE("a million random steps on 128 MiB")
{
    for (auto const* layout : {&kZoneLayout32, &kZoneLayout64}) {
        TestNode node(*layout, pc_map(128ull << 20));
        walk(node, chosen_seed(), 1'000'000, 10'000, Prediction::kPlace);
    }
}

TEST_CASE("small zones with crooked boundaries and holes, checked and predicted at each step")
{
    std::vector<E820Entry> const map = {
        {0x10'0000, 0x17'3000, kE820Usable},
        {0x28'1000, 0x23'f000, kE820Usable},
        {0x60'0000, 0x9'5000, kE820Usable},
    };
    for (auto const* layout : {&kZoneLayout32, &kZoneLayout64}) {
        TestNode node(*layout, map, 0, {0x1fe, 0x3fc});
        walk(node, chosen_seed(), 10'000, 1, Prediction::kPlaceAndSuccess);
    }
}

} // namespace pagelab::mm
