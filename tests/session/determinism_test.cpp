// Two runs of one command are one run: the same bytes, the same counts, down to the instruction.
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/session/program.hpp"

using namespace pagelab::session;

namespace {

struct Counted {
    Finished run;
    nlohmann::json counts; // without what the host's clock and memory have to say
    uint64_t instructions = 0;
};

Counted run_counted(std::vector<std::string> arguments)
{
    Scratch const scratch;
    auto const file = scratch.path("stats.json");
    arguments.insert(arguments.end(), {"--stats", file});
    Counted counted;
    counted.run = run_program(arguments);
    counted.counts = nlohmann::json::parse(read_text(file));
    REQUIRE(counted.counts.erase("wall_seconds") == 1);
    REQUIRE(counted.counts.erase("peak_host_kib") == 1);
    counted.instructions = counted.counts.at("instructions");
    return counted;
}

void check_repeats(std::vector<std::string> const& arguments, uint64_t at_least)
{
    auto const first = run_counted(arguments), second = run_counted(arguments);
    CHECK(first.run.status == 0);
    CHECK(first.run.err == "");
    CHECK(first.run.out == second.run.out);
    CHECK(first.counts == second.counts);
    CHECK(first.instructions > at_least);
    CHECK(first.counts.at("blocks").get<uint64_t>() > 0);
    CHECK(first.counts.at("virtual_ns").get<uint64_t>() > first.instructions);
    CHECK_FALSE(first.counts.at("interrupts").empty());
}

} // namespace

TEST_CASE("a boot with reports repeats")
{
    for (char const* arch : {"x86_64", "i686"})
        check_repeats({"boot", "--arch", arch, "--exec", "cat /proc/zoneinfo", "--exec", "dmesg"},
                      500'000);
}

TEST_CASE("random allocations repeat")
{
    for (char const* arch : {"x86_64", "i686"})
        check_repeats({"boot", "--arch", arch, "--mem", "64M", "--exec", "stress 20000 3", "--exec",
                       "cat /proc/buddyinfo"},
                      5'000'000);
}

TEST_CASE("lines from stdin make the same run as lines from --exec")
{
    auto const by_option = run_program({"boot", "--exec", "stress 1000 1", "--exec", "poweroff"});
    auto const by_stdin = run_program({"boot"}, "stress 1000 1\npoweroff\n");
    CHECK(by_option.out == by_stdin.out);
}

TEST_CASE("another command is another run")
{
    auto const one = run_counted({"boot", "--exec", "stress 1000 1"});
    auto const other = run_counted({"boot", "--exec", "stress 1000 2"});
    CHECK(one.counts != other.counts);
}
