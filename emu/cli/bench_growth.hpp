// How the cost of an operation grows with what is there already: pages, caches, areas, RAM.
//
// Each series is counted at sizes that double or quadruple, and a + b * log2(size) is fitted by
// least squares. A cost that grows faster than a logarithm bends upwards, away from every such
// line: its last point lies above the line. It may, by kTolerance of the mean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emu/base/error.hpp"
#include "emu/cli/bench_measure.hpp"

namespace pagelab::cli {

struct GrowthSeries {
    std::string_view operation;
    std::string_view axis; // what grows, in words
    std::string_view loop;
    std::string_view arch;
    std::vector<uint64_t> sizes; // ascending, at least three
    enum class Of : uint8_t { Load, MemoryMib } of = Of::Load;

    std::string title() const;
};

std::vector<GrowthSeries> growth_series();

struct LogarithmicFit {
    double at_one = 0;     // instructions for size 1
    double per_double = 0; // more with each doubling
    double excess = 0;     // of the last point above the line, as part of the mean
};

inline constexpr double kTolerance = 0.1;

// Of as many counts as sizes, which are above 0.
LogarithmicFit fit_logarithm(std::vector<uint64_t> const& sizes, std::vector<double> const& counts);

struct Growth {
    GrowthSeries series;
    std::vector<double> counts; // instructions per operation, for each size
    LogarithmicFit fit;

    bool is_at_most_logarithmic() const { return fit.excess <= kTolerance; }
};

Result<Growth> measure_growth(GrowthSeries const& series);

// Lines of a table.
std::string growth_lines(Growth const& growth);

} // namespace pagelab::cli
