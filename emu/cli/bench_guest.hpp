// How long the shell's commands take on a large guest that has been busy.
//
// One x86_64 guest of 4 GiB, after 100000 steps of random traffic, made at its first use. Commands
// are read, not printed.
#pragma once

#include <string_view>
#include <vector>

#include "emu/base/error.hpp"

namespace pagelab::cli {

enum class Index : uint8_t { Made, Kept }; // of the kernel: by each run anew, or before the first

// Milliseconds of CPU time, for each run.
Result<std::vector<double>> time_command(std::string_view line, Index index, unsigned runs);

} // namespace pagelab::cli
