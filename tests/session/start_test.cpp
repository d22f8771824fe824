// What a start costs, with the first report and the end: mostly the translation of code that runs
// once.
//
// The bars are a little above what was needed when they were set. Whoever adds to the kernel's or
// the firmware's way to the first prompt finds out here; the wall time is `pagelab bench`'s.
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/session/program.hpp"

using namespace pagelab::session;

namespace {

struct Start {
    char const* arch;
    uint64_t translations; // of blocks: 5 us each
    uint64_t instructions;
};

constexpr Start kBars[] = {
    {"x86_64", 2310, 1'200'000},
    {"i686", 2385, 1'300'000},
};

} // namespace

TEST_CASE("the first report comes after few instructions and little new code")
{
    for (Start const& bar : kBars) {
        CAPTURE(bar.arch);
        Scratch const scratch;
        auto const file = scratch.path("stats.json");
        auto const run = run_program(
            {"boot", "--arch", bar.arch, "--exec", "cat /proc/buddyinfo", "--stats", file});
        REQUIRE(run.status == 0);
        auto const counts = nlohmann::json::parse(read_text(file));
        CHECK(counts.at("translations").get<uint64_t>() <= bar.translations);
        CHECK(counts.at("instructions").get<uint64_t>() <= bar.instructions);
    }
}
