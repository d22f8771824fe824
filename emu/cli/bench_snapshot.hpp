// What going back to a moment costs: a guest under way, some pages of its RAM written since.
#pragma once

#include <span>
#include <vector>

#include "emu/base/error.hpp"

namespace pagelab::cli {

struct SnapshotBenchmark {
    char const* operation;
    double bar = 0; // microseconds it may take; 0: it is there for comparison
    // Microseconds of CPU time for one, for each run.
    Result<std::vector<double>> (*measure)(unsigned runs);
};

std::span<SnapshotBenchmark const> snapshot_benchmarks();

} // namespace pagelab::cli
