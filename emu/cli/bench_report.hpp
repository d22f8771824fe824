// What comes out of `pagelab bench`: a line of a table for each benchmark, and JSON.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "emu/cli/bench_statistics.hpp"
#include "emu/cli/bench_table.hpp"

namespace pagelab::cli {

// The runs of one benchmark, in pairs.
struct BenchmarkResult {
    Benchmark benchmark;
    std::vector<double> subject; // seconds or KiB
    std::vector<double> reference;
    double instructions = 0; // per operation of a loop under pagelab; else 0
    double blocks = 0;

    Spread ratio() const { return spread(ratios(subject, reference)); }
    bool meets_bar() const { return ratio().median <= benchmark.bar; }
};

std::string table_header();
std::string table_line(BenchmarkResult const& result);
nlohmann::json to_json(BenchmarkResult const& result);

// The load averages of 1, 5 and 15 minutes, as "1.00 0.50 0.25".
std::string load_average();

} // namespace pagelab::cli
