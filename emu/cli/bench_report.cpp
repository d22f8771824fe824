// Text and JSON.
#include "emu/cli/bench_report.hpp"

#include <array>
#include <cstdlib>

#include <fmt/format.h>

namespace pagelab::cli {

namespace {

char const* unit(Measure measure)
{
    switch (measure) {
    case Measure::FirstReport:
        return "wall ms";
    case Measure::PeakMemory:
        return "MiB";
    case Measure::Loop:
        return "cpu ms";
    }
    return "";
}

// Of a value in seconds or KiB, in the unit above.
double in_unit(Measure measure, double value)
{
    return measure == Measure::PeakMemory ? value / 1024 : value * 1000;
}

std::string side_name(Side const& side)
{
    std::string name = side.emulator == Emulator::Pagelab ? "pagelab" : "qemu";
    if (!side.loop.empty())
        name += fmt::format(" {}", side.loop);
    if (!side.options.empty())
        name += fmt::format(" {}", side.options);
    return name;
}

nlohmann::json side_json(Side const& side, std::vector<double> const& values)
{
    Spread const s = spread(values);
    return {{"what", side_name(side)},
            {"values", values},
            {"median", s.median},
            {"min", s.min},
            {"max", s.max}};
}

} // namespace

std::string table_header()
{
    return fmt::format("{:<18} {:>8} {:>9} {:>9}  {:>5}  {:>12}  {:>5}  {:<6}  {}\n", "benchmark",
                       "unit", "pagelab", "reference", "ratio", "min..max", "bar", "",
                       "instructions, blocks per operation");
}

std::string table_line(BenchmarkResult const& result)
{
    Benchmark const& b = result.benchmark;
    Spread const ratio = result.ratio();
    std::string line =
        fmt::format("{:<18} {:>8} {:>9.1f} {:>9.1f}  {:>5.2f}  {:>5.2f}..{:<5.2f}  {:>5.2f}  {:<6}",
                    b.name, unit(b.measure), in_unit(b.measure, spread(result.subject).median),
                    in_unit(b.measure, spread(result.reference).median), ratio.median, ratio.min,
                    ratio.max, b.bar, result.meets_bar() ? "met" : "MISSED");
    if (b.measure == Measure::Loop)
        line += fmt::format("  {:.3f}, {:.3f}", result.instructions, result.blocks);
    return line + '\n';
}

nlohmann::json to_json(BenchmarkResult const& result)
{
    Benchmark const& b = result.benchmark;
    Spread const ratio = result.ratio();
    nlohmann::json json = {
        {"name", b.name},
        {"arch", b.arch},
        {"unit", b.measure == Measure::PeakMemory ? "KiB" : "s"},
        {"subject", side_json(b.subject, result.subject)},
        {"reference", side_json(b.reference, result.reference)},
        {"ratio", {{"median", ratio.median}, {"min", ratio.min}, {"max", ratio.max}}},
        {"bar", b.bar},
        {"met", result.meets_bar()},
    };
    if (b.measure == Measure::Loop) {
        json["rounds"] = b.rounds;
        json["operations"] = b.rounds * b.operations;
        json["instructions_per_operation"] = result.instructions;
        json["blocks_per_operation"] = result.blocks;
    }
    return json;
}

std::string load_average()
{
    std::array<double, 3> loads{};
    if (getloadavg(loads.data(), static_cast<int>(loads.size())) < 0)
        return "unknown";
    return fmt::format("{:.2f} {:.2f} {:.2f}", loads[0], loads[1], loads[2]);
}

} // namespace pagelab::cli
