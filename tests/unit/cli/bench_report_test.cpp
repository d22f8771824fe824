#include <set>

#include <doctest/doctest.h>

#include "emu/cli/bench_report.hpp"

using namespace pagelab::cli;

namespace {

BenchmarkResult loop_result(double bar)
{
    BenchmarkResult result{};
    result.benchmark = {"list/i686",
                        Measure::Loop,
                        "i686",
                        {Emulator::Pagelab, "list"},
                        {Emulator::Qemu, "list"},
                        10,
                        2,
                        bar};
    result.subject = {0.1, 0.3, 0.2};
    result.reference = {0.2, 0.2, 0.2};
    result.instructions = 17;
    result.blocks = 1;
    return result;
}

} // namespace

TEST_CASE("a bar is met by the median of the pairs' ratios")
{
    CHECK(loop_result(1.0).meets_bar());
    CHECK(!loop_result(0.99).meets_bar());
    CHECK(table_line(loop_result(1.0)).find(" met ") != std::string::npos);
    CHECK(table_line(loop_result(0.99)).find(" MISSED ") != std::string::npos);
    CHECK(table_line(loop_result(1.0)).find("17.000, 1.000\n") != std::string::npos);
}

TEST_CASE("JSON holds every measurement and what they come to")
{
    auto const json = to_json(loop_result(0.5));
    CHECK(json["name"] == "list/i686");
    CHECK(json["unit"] == "s");
    CHECK(json["subject"]["what"] == "pagelab list");
    CHECK(json["reference"]["what"] == "qemu list");
    CHECK(json["subject"]["values"].size() == 3);
    CHECK(json["subject"]["median"] == 0.2);
    CHECK(json["ratio"]["max"].get<double>() == doctest::Approx(1.5));
    CHECK(json["operations"] == 20);
    CHECK(json["met"] == false);
}

TEST_CASE("the table has what is asked for, once, by name or by what precedes the slash")
{
    std::set<std::string> names;
    for (Benchmark const& benchmark : benchmarks()) {
        CHECK(names.insert(benchmark.name).second);
        CHECK(benchmark.bar > 0);
        CHECK(is_chosen(benchmark.name, ""));
        CHECK(is_chosen(benchmark.name, benchmark.name));
        if (benchmark.measure == Measure::Loop)
            CHECK(benchmark.rounds > 1);
    }
    for (char const* name : {"first-report", "peak-memory", "list/x86_64", "memset/i686",
                             "stride/i686", "arith/x86_64", "exception/i686", "rwx/x86_64"})
        CHECK_MESSAGE(names.contains(name), name);
    CHECK(is_chosen("list/i686", "list"));
    CHECK(!is_chosen("list/i686", "lis"));
    CHECK(!is_chosen("list/i686", "list/x86_64"));
}
