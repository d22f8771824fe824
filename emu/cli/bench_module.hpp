// How long a student waits: from `pagelab module build` to the module's first line in the guest.
#pragma once

#include <string_view>
#include <vector>

#include "emu/base/error.hpp"

namespace pagelab::cli {

inline constexpr double kModuleBar = 500; // milliseconds

// Does it so often; milliseconds of wall time of each. `arch` is x86_64 or i686. Errors: the
// module cannot be built, or the guest does not load it.
Result<std::vector<double>> time_module(std::string_view arch, unsigned runs);

} // namespace pagelab::cli
