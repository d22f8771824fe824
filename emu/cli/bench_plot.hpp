// The plot of how costs grow: one panel for each thing that grows, drawn by gnuplot.
#pragma once

#include <string>
#include <vector>

#include "emu/base/error.hpp"
#include "emu/cli/bench_growth.hpp"

namespace pagelab::cli {

// Writes growth.dat, a data set for each series, and growth.gp, gnuplot's script, to the folder,
// which is made if it is not there.
Result<> write_growth(std::string const& folder, std::vector<Growth> const& all);

// Draws growth.svg of them, in the same folder. Errors: gnuplot is missing, or will not.
Result<> draw_growth(std::string const& folder);

} // namespace pagelab::cli
