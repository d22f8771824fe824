// The guest's self-tests on the host, under sanitizers, on both zone layouts.
//
// To repeat a failure: PAGELAB_SEED=<seed> tests/bin/model_selftest
#include <array>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/selftest/harness.hpp"
#include "tests/unit/mm/test_node.hpp"

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

class SelfTest {
  public:
    SelfTest(mm::zone_layout const& layout, std::vector<E820Entry> const& map,
             std::array<unsigned long, 2> ends)
        : node_(layout, map, 0, ends), scratch_(1 << 20)
    {
        node_.start();
    }

    void run(suite const& chosen, uint64_t steps, uint64_t check_every)
    {
        subject on = {.node = node_.pgdat};
        uint64_t const seed = chosen_seed();
        for (unsigned i = 0; i < chosen.nr_tests; i++) {
            context const t = run_test(chosen.tests[i], on,
                                       {.seed = seed,
                                        .steps = steps,
                                        .check_every = check_every,
                                        .scratch = scratch_.data(),
                                        .scratch_size = scratch_.size()});
            if (t.failed.what == nullptr)
                continue;
            std::string const where(t.failed.file);
            FAIL_CHECK("PAGELAB_SEED=", seed, " ", std::string(chosen.name), " ",
                       std::string(chosen.tests[i].name), ": ", where, ":", t.failed.line, " step ",
                       t.failed.step, ": ", std::string(t.failed.what));
        }
    }

  private:
    mm::TestNode node_;
    std::vector<char> scratch_;
};

void run_suites(std::vector<E820Entry> const& map, std::array<unsigned long, 2> ends,
                uint64_t steps, uint64_t check_every)
{
    for (auto const* layout : {&mm::kZoneLayout64, &mm::kZoneLayout32}) {
        for (unsigned i = 0; i < nr_suites; i++)
            SelfTest(*layout, map, ends).run(*kSuites[i], steps, check_every);
    }
}

} // namespace

TEST_CASE("a million steps on a small node, everything checked after each")
{
    run_suites(small_map(), kSmallEnds, 1'000'000, 1);
}

TEST_CASE("a hundred thousand steps on 128 MiB")
{
    run_suites(mm::pc_map(128ull << 20), {}, 100'000, 10'000);
}

} // namespace pagelab::selftest
