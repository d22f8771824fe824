// What the shell's readers cost on the host: walks of page tables, searches.
#pragma once

#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "emu/base/error.hpp"
#include "emu/cli/bench_statistics.hpp"

namespace pagelab::cli {

struct ShellBenchmark {
    char const* operation;
    double bar = 0; // milliseconds it may take; 0: it is there for comparison
    // Runs it so often; milliseconds of each, of CPU time unless it says otherwise.
    Result<std::vector<double>> (*measure)(unsigned runs);
};

std::span<ShellBenchmark const> shell_benchmarks();

bool meets_bar(ShellBenchmark const& benchmark, Spread const& milliseconds);

std::string shell_header();
std::string shell_line(ShellBenchmark const& benchmark, Spread const& milliseconds);
nlohmann::json to_json(ShellBenchmark const& benchmark, Spread const& milliseconds);

} // namespace pagelab::cli
