// pagelab bench: speed against QEMU on the same images, and the guest's cost in instructions.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include "emu/cli/bench_cost.hpp"
#include "emu/cli/bench_growth.hpp"
#include "emu/cli/bench_measure.hpp"
#include "emu/cli/bench_module.hpp"
#include "emu/cli/bench_plot.hpp"
#include "emu/cli/bench_report.hpp"
#include "emu/cli/bench_shell.hpp"
#include "emu/cli/bench_snapshot.hpp"
#include "emu/cli/commands.hpp"

namespace pagelab::cli {

namespace {

constexpr char kFooter[] = R"(
Pairs of runs, pagelab and its reference in turn; the ratio is the median of the pairs' ratios.
Loops are measured in user plus system time, less that of a run with one round.

Examples:
  pagelab bench                             everything, five pairs each
  pagelab bench --only memset --runs 11     one loop, both kernels
  pagelab bench --json bench.json --check   for a script: status 1 when a bar is missed
  pagelab bench --self                      what pagelab's own mechanisms cost, in ns
  pagelab bench --cost --check              guest instructions per allocation, beside Linux'
  pagelab bench --shell --check             the debugger's readers, in ms
  pagelab bench --module --check            from a module's source to its first line, in ms
  pagelab bench --snapshot --check          going back to a moment, in microseconds
  pagelab bench --growth plots              how these grow; a table, and plots/growth.svg

Exit status: 0; 1 when a bar is missed and --check is given; 125 when QEMU or gnuplot is missing.
)";

struct BenchOptions {
    unsigned runs = 5;
    std::string only;
    std::string json;
    bool check = false;
    bool self = false;
    bool cost = false;
    bool shell = false;
    bool module = false;
    bool snapshot = false;
    std::string growth; // a folder
};

bool uses_qemu(Benchmark const& benchmark)
{
    return benchmark.subject.emulator == Emulator::Qemu ||
           benchmark.reference.emulator == Emulator::Qemu;
}

Result<std::vector<Benchmark>> chosen_benchmarks(std::string const& only)
{
    std::vector<Benchmark> chosen = benchmarks();
    std::erase_if(chosen, [&](Benchmark const& b) { return !is_chosen(b.name, only); });
    if (chosen.empty())
        return fail("no benchmark is called '{}'", only);
    return chosen;
}

Result<BenchmarkResult> run_pairs(Benchmark const& benchmark, unsigned runs)
{
    BenchmarkResult result{benchmark, {}, {}};
    for (unsigned run = 0; run < runs; ++run) {
        Measurement const subject = TRY(measure(benchmark, benchmark.subject));
        Measurement const reference = TRY(measure(benchmark, benchmark.reference));
        result.subject.push_back(subject.value);
        result.reference.push_back(reference.value);
        result.instructions = subject.instructions;
        result.blocks = subject.blocks;
    }
    return result;
}

Result<> write_json(std::string const& path, nlohmann::json const& json)
{
    std::ofstream out(path);
    out << json.dump(2) << '\n';
    if (!out.flush())
        return fail("cannot write '{}'", path);
    return {};
}

// What every kind of measurement ends with: its file, if one is wanted, and its exit status.
Result<int> conclude(BenchOptions const& options, nlohmann::json const& json, bool all_met)
{
    if (!options.json.empty())
        TRY(write_json(options.json, json));
    return options.check && !all_met ? 1 : 0;
}

void print_now(std::string const& text)
{
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
}

Result<int> compare(BenchOptions const& options)
{
    auto const chosen = TRY(chosen_benchmarks(options.only));
    std::string reference = "pagelab";
    if (std::ranges::any_of(chosen, uses_qemu))
        reference = TRY(qemu_version());
    nlohmann::json json = {{"reference", reference},
                           {"load_average_before", load_average()},
                           {"runs", options.runs},
                           {"benchmarks", nlohmann::json::array()}};
    print_now(fmt::format("reference: {}; load average {}\n", reference, load_average()));
    print_now(table_header());
    bool all_met = true;
    for (Benchmark const& benchmark : chosen) {
        BenchmarkResult const result = TRY(run_pairs(benchmark, options.runs));
        print_now(table_line(result));
        json["benchmarks"].push_back(to_json(result));
        all_met = all_met && result.meets_bar();
    }
    json["load_average_after"] = load_average();
    print_now(fmt::format("load average {}\n", load_average()));
    return conclude(options, json, all_met);
}

Result<int> measure_self(BenchOptions const& options)
{
    print_now(fmt::format("load average {}\n{:<36} {:<7} {:>9} {:>9} {:>9}\n", load_average(),
                          "ns of CPU time for one", "kernel", "median", "min", "max"));
    auto json = nlohmann::json::array();
    for (SelfBenchmark const& benchmark : self_benchmarks()) {
        for (std::string_view const arch : {"x86_64", "i686"}) {
            std::vector<double> nanoseconds;
            for (unsigned run = 0; run < options.runs; ++run)
                nanoseconds.push_back(TRY(measure_operation(benchmark, arch)) * 1e9);
            Spread const s = spread(nanoseconds);
            print_now(fmt::format("{:<36} {:<7} {:>9.1f} {:>9.1f} {:>9.1f}\n", benchmark.operation,
                                  arch, s.median, s.min, s.max));
            json.push_back(
                {{"operation", benchmark.operation}, {"arch", arch}, {"nanoseconds", nanoseconds}});
        }
    }
    return conclude(options, json, true);
}

Result<int> measure_costs(BenchOptions const& options)
{
    print_now(cost_header());
    auto json = nlohmann::json::array();
    bool all_met = true;
    for (CostRow const& row : cost_rows()) {
        for (std::string_view const arch : {"x86_64", "i686"}) {
            Cost const cost = TRY(measure_cost(row, arch));
            print_now(cost_line(cost));
            json.push_back(to_json(cost));
            all_met = all_met && cost.meets_bar();
        }
    }
    return conclude(options, json, all_met);
}

Result<int> measure_shell(BenchOptions const& options)
{
    print_now(fmt::format("load average {}\n{}", load_average(), shell_header()));
    auto json = nlohmann::json::array();
    bool all_met = true;
    for (ShellBenchmark const& benchmark : shell_benchmarks()) {
        auto const times = benchmark.measure(options.runs);
        if (!times && benchmark.bar == 0) { // what it would be compared with is not installed
            print_now(fmt::format("{}: {}\n", benchmark.operation, times.error().message));
            continue;
        }
        if (!times)
            return std::unexpected(times.error());
        Spread const milliseconds = spread(*times);
        print_now(shell_line(benchmark, milliseconds));
        json.push_back(to_json(benchmark, milliseconds));
        all_met = all_met && meets_bar(benchmark, milliseconds);
    }
    return conclude(options, json, all_met);
}

Result<int> measure_modules(BenchOptions const& options)
{
    print_now(fmt::format("load average {}\n{:<40} {:>9} {:>9} {:>9} {:>7}\n", load_average(),
                          "ms of wall time", "median", "min", "max", "bar"));
    auto json = nlohmann::json::array();
    bool all_met = true;
    for (std::string_view const arch : {"x86_64", "i686"}) {
        Spread const s = spread(TRY(time_module(arch, options.runs)));
        bool const is_met = s.median <= kModuleBar;
        print_now(fmt::format("{:<40} {:>9.0f} {:>9.0f} {:>9.0f} {:>7.0f}  {}\n",
                              fmt::format("module build to its first line, {}", arch), s.median,
                              s.min, s.max, kModuleBar, is_met ? "met" : "MISSED"));
        json.push_back({{"arch", arch}, {"median_ms", s.median}, {"met", is_met}});
        all_met = all_met && is_met;
    }
    return conclude(options, json, all_met);
}

Result<int> measure_snapshots(BenchOptions const& options)
{
    print_now(fmt::format("load average {}\n{:<40} {:>9} {:>9} {:>9} {:>7}\n", load_average(),
                          "microseconds of CPU time for one", "median", "min", "max", "bar"));
    auto json = nlohmann::json::array();
    bool all_met = true;
    for (SnapshotBenchmark const& benchmark : snapshot_benchmarks()) {
        Spread const s = spread(TRY(benchmark.measure(options.runs)));
        bool const is_met = benchmark.bar == 0 || s.median <= benchmark.bar;
        print_now(fmt::format("{:<40} {:>9.1f} {:>9.1f} {:>9.1f} {:>7}\n", benchmark.operation,
                              s.median, s.min, s.max,
                              benchmark.bar == 0 ? "-" : fmt::format("{:.0f}", benchmark.bar)));
        json.push_back({{"operation", benchmark.operation},
                        {"median_us", s.median},
                        {"bar_us", benchmark.bar},
                        {"met", is_met}});
        all_met = all_met && is_met;
    }
    return conclude(options, json, all_met);
}

Result<int> measure_all_growth(BenchOptions const& options)
{
    std::vector<Growth> all;
    bool all_met = true;
    for (GrowthSeries const& series : growth_series()) {
        all.push_back(TRY(measure_growth(series)));
        print_now(growth_lines(all.back()));
        all_met = all_met && all.back().is_at_most_logarithmic();
    }
    TRY(write_growth(options.growth, all));
    TRY(draw_growth(options.growth));
    return options.check && !all_met ? 1 : 0;
}

Result<int> measure_chosen(BenchOptions const& options)
{
    if (options.self)
        return measure_self(options);
    if (options.cost)
        return measure_costs(options);
    if (options.shell)
        return measure_shell(options);
    if (options.module)
        return measure_modules(options);
    if (options.snapshot)
        return measure_snapshots(options);
    return options.growth.empty() ? compare(options) : measure_all_growth(options);
}

int run_bench(BenchOptions const& options)
{
    auto const status = measure_chosen(options);
    if (status)
        return *status;
    fmt::print(stderr, "pagelab: {}\n", status.error().message);
    return status.error().exit_status;
}

} // namespace

Action add_bench_command(CLI::App& app)
{
    auto options = std::make_shared<BenchOptions>();
    CLI::App& command =
        *app.add_subcommand("bench", "measure speed against QEMU on the same images");
    command.add_option("--runs", options->runs, "pairs of runs of each benchmark")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command.add_option("--only", options->only, "one benchmark: its name, or what is before the /");
    command.add_option("--json", options->json, "write every measurement to this file");
    command.add_flag("--check", options->check, "exit status 1 when a bar is missed");
    command.add_flag("--self", options->self, "nanoseconds of pagelab's own mechanisms instead");
    command.add_flag("--cost", options->cost, "guest instructions per operation instead");
    command.add_flag("--shell", options->shell, "milliseconds of the debugger's readers instead");
    command.add_flag("--module", options->module, "milliseconds to a module's first line instead");
    command.add_flag("--snapshot", options->snapshot,
                     "microseconds to go back to a moment instead");
    command.add_option("--growth", options->growth, "how these grow; growth.svg to this folder");
    command.footer(kFooter);
    return [options] { return run_bench(*options); };
}

} // namespace pagelab::cli
