// Running a compiler, a linker or make: its output goes where ours goes.
#pragma once

#include <string>
#include <vector>

#include "emu/base/error.hpp"

namespace pagelab::kbuild {

// Waits for `words[0]`, found by PATH unless it has a slash. The error: it could not be started, or
// ended with another status than 0, which is then the error's exit status.
Result<> run_command(std::vector<std::string> const& words);

} // namespace pagelab::kbuild
