// The guest's self-tests on the host, under sanitizers, on both zone layouts.
//
// To repeat a failure: PAGELAB_SEED=<seed> tests/bin/model_selftest
#include <array>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/mm/slab/slab_array.hpp"
#include "guestkernel/mm/slab/slob.hpp"
#include "guestkernel/selftest/suites.hpp"
#include "tests/unit/mm/percpu_world.hpp"
#include "tests/unit/mm/slab/test_caches.hpp"
#include "tests/unit/mm/test_node.hpp"
#include "tests/unit/mm/vmalloc_world.hpp"

namespace pagelab::selftest {

namespace {

uint64_t chosen_seed()
{
    char const* const text = std::getenv("PAGELAB_SEED");
    return text != nullptr ? std::strtoull(text, nullptr, 10) : std::random_device{}();
}

// Three crooked zones with a hole, 240 pages: cheap to check at every step.
constexpr std::array<unsigned long, 2> kSmallEnds = {0x13d, 0x186};

std::vector<E820Entry> small_map()
{
    return {
        {0x10'0000, 0x7'3000, kE820Usable},
        {0x18'1000, 0x7'd000, kE820Usable},
    };
}

void run(suite const& chosen, subject on, uint64_t steps, uint64_t check_every)
{
    std::vector<char> scratch(1 << 20);
    uint64_t const seed = chosen_seed();
    for (unsigned i = 0; i < chosen.nr_tests; i++) {
        context const t = run_test(chosen.tests[i], on,
                                   {.seed = seed,
                                    .steps = steps,
                                    .check_every = check_every,
                                    .scratch = scratch.data(),
                                    .scratch_size = scratch.size()});
        INFO("PAGELAB_SEED=", seed, " ", std::string(chosen.name), " ",
             std::string(chosen.tests[i].name), " step ", t.failed.step);
        CHECK(std::string(t.skipped == nullptr ? "" : t.skipped) == "");
        CHECK(std::string(t.failed.what == nullptr ? "" : t.failed.what) == "");
    }
}

void run_page_suite(std::vector<E820Entry> const& map, std::array<unsigned long, 2> ends,
                    uint64_t steps, uint64_t check_every)
{
    for (auto const* layout : {&mm::kZoneLayout64, &mm::kZoneLayout32}) {
        mm::TestNode node(*layout, map, 0, ends);
        node.start();
        run(kPageSuite, {.node = node.pgdat}, steps, check_every);
    }
}

} // namespace

TEST_CASE("pages: a million steps on a small node, everything checked after each")
{
    run_page_suite(small_map(), kSmallEnds, 1'000'000, 1);
}

TEST_CASE("pages: a hundred thousand steps on 128 MiB")
{
    run_page_suite(mm::pc_map(128ull << 20), {}, 100'000, 10'000);
}

TEST_CASE("objects and kmalloc under each allocator")
{
    for (auto const* ops :
         {&mm::slub_operations, &mm::slab_array_operations, &mm::slob_operations}) {
        mm::TestCaches caches(*ops);
        caches.start();
        subject const on = {.node = caches.node.pgdat, .slabs = &caches.caches};
        INFO(std::string(ops->name));
        run(kSlabSuite, on, 50'000, 5'000);
        run(kKmallocSuite, on, 50'000, 5'000);
    }
}

TEST_CASE("vmalloc in both address spaces, and per-CPU memory")
{
    mm::TestNode node(mm::kZoneLayout64, small_map(), 0, kSmallEnds);
    for (unsigned levels = 3; levels <= mm::kMostLevels; levels++) {
        mm::VmallocWorld world(levels);
        run(kVmallocSuite, {.node = node.pgdat, .vmalloc = &world.v, .vmalloc_prot = mm::kTestProt},
            20'000, 200);
    }
    mm::PercpuWorld world;
    run(kPercpuSuite, {.node = node.pgdat, .percpu = &world.p}, 20'000, 20);
}

} // namespace pagelab::selftest
