#include <doctest/doctest.h>

#include "emu/cli/bench_process.hpp"

using namespace pagelab::cli;

TEST_CASE("a program's output is all there, without carriage returns, and its time is its own")
{
    auto const usage = run_process({{"sh", "-c", "printf 'one\\r\\ntwo\\n'; echo three >&2"}, {}});
    REQUIRE(usage);
    CHECK(usage->output == "one\ntwo\nthree\n");
    CHECK(usage->wall_seconds > 0);
    CHECK(usage->peak_kib > 100);
    auto const busy =
        run_process({{"sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"}, {}});
    REQUIRE(busy);
    CHECK(busy->cpu_seconds > usage->cpu_seconds);
}

TEST_CASE("a dialogue ends the program when the last text has come")
{
    char const script[] = "printf '> '; read a; echo got $a; printf '> '; sleep 100";
    auto const usage = run_process({{"sh", "-c", script}, {{"> ", "hello\n"}, {"> ", ""}}});
    REQUIRE(usage);
    CHECK(usage->output == "> got hello\n> ");
    CHECK(usage->wall_seconds < 50);
}

TEST_CASE("what cannot be measured is an error of one line")
{
    CHECK(run_process({{"/no/such/program"}, {}}).error().message ==
          "cannot run /no/such/program: No such file or directory");
    auto const silent = run_process({{"sh", "-c", "echo broken; exit 3"}, {{"> ", ""}}});
    CHECK(silent.error().message == "sh did not print '> '; its last line: broken");
    auto const slow = run_process({{"sleep", "100"}, {}, std::chrono::seconds(1)});
    CHECK(slow.error().message == "sleep ran longer than 1 s");
}
