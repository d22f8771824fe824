#include <map>
#include <random>

#include <doctest/doctest.h>

#include "guestkernel/mm/page_tree.hpp"
#include "tests/unit/mm/memory_world.hpp"

namespace pagelab::mm {

namespace {

tree_insert insert(page_tree& tree, unsigned long index, page& p)
{
    tree_insert done = page_tree_insert(tree, index, p);
    while (done == tree_insert::kNeedsNodes) {
        REQUIRE(page_tree_preload(tree, GFP_KERNEL));
        done = page_tree_insert(tree, index, p);
    }
    return done;
}

} // namespace

TEST_CASE("entries at the ends of each height, and the nodes are given back")
{
    MemoryWorld world(kZoneLayout64, pc_map(64ull << 20));
    page_tree tree = {&world.pgdat(), nullptr, 0, nullptr, 0};
    page* const pages = world.pgdat().node_mem_map + 4096;
    std::vector<unsigned long> indices = {0, 511, 512, 262143, 262144, ~0ul >> 1, ~0ul};
    for (size_t i = 0; i < indices.size(); i++)
        REQUIRE(insert(tree, indices[i], pages[i]) == tree_insert::kDone);
    CHECK(insert(tree, 512, pages[9]) == tree_insert::kOccupied);
    CHECK(page_tree_load(tree, 1) == nullptr);
    unsigned long at = 0;
    for (size_t i = 0; i < indices.size(); i++, at++) {
        CHECK(page_tree_next(tree, at) == &pages[i]);
        CHECK(at == indices[i]);
    }
    for (size_t i = 0; i < indices.size(); i++) {
        CHECK(page_tree_load(tree, indices[i]) == &pages[i]);
        CHECK(page_tree_erase(tree, indices[i]) == &pages[i]);
        CHECK(page_tree_erase(tree, indices[i]) == nullptr);
    }
    CHECK(tree.root == nullptr);
    page_tree_release(tree);
    drain_all_pages(world.pgdat());
    CHECK(nr_free_pages(world.pgdat()) == totalram_pages(world.pgdat()));
}

TEST_CASE("an insertion that lacks a node changes nothing, however many it lacks")
{
    MemoryWorld world(kZoneLayout64, pc_map(64ull << 20));
    page* const pages = world.pgdat().node_mem_map + 4096;
    for (unsigned spares = 0; spares < 20; spares++) {
        page_tree tree = {&world.pgdat(), nullptr, 0, nullptr, 0};
        REQUIRE(insert(tree, 5, pages[0]) == tree_insert::kDone);
        for (unsigned i = 0; i < spares; i++)
            REQUIRE(page_tree_preload(tree, GFP_KERNEL));
        unsigned const height = tree.height;
        tree_insert const done = page_tree_insert(tree, ~0ul, pages[1]);
        CHECK(page_tree_load(tree, 5) == &pages[0]);
        if (done == tree_insert::kNeedsNodes) {
            CHECK(spares < 15);
            CHECK(tree.height == height);
            CHECK(tree.nr_spares == spares);
            CHECK(page_tree_load(tree, ~0ul) == nullptr);
        } else {
            CHECK(page_tree_erase(tree, ~0ul) == &pages[1]);
        }
        CHECK(page_tree_erase(tree, 5) == &pages[0]);
        page_tree_release(tree);
        drain_all_pages(world.pgdat());
        CHECK(nr_free_pages(world.pgdat()) == totalram_pages(world.pgdat()));
    }
}

TEST_CASE("random entries against a map")
{
    MemoryWorld world(kZoneLayout32, pc_map(256ull << 20));
    page_tree tree = {&world.pgdat(), nullptr, 0, nullptr, 0};
    page* const pages = world.pgdat().node_mem_map;
    std::map<unsigned long, page*> model;
    std::mt19937_64 random(7);
    for (unsigned step = 0; step < 20'000; step++) {
        unsigned long const index = random() >> (random() % 3 == 0 ? 40 : 54);
        page* const p = &pages[4096 + random() % 4096];
        auto const known = model.find(index);
        if (random() % 2 == 0) {
            REQUIRE((insert(tree, index, *p) == tree_insert::kDone) == (known == model.end()));
            model.try_emplace(index, p);
        } else {
            REQUIRE(page_tree_erase(tree, index) ==
                    (known == model.end() ? nullptr : known->second));
            model.erase(index);
        }
        unsigned long next = random() >> (random() % 3 == 0 ? 40 : 54);
        auto const expected = model.lower_bound(next);
        page* const found = page_tree_next(tree, next);
        REQUIRE(found == (expected == model.end() ? nullptr : expected->second));
        if (found != nullptr)
            REQUIRE(next == expected->first);
    }
}

} // namespace pagelab::mm
