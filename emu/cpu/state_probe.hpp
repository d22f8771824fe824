// Finds the StateLayout of the linked Unicorn, proves it, or refuses to run.
#pragma once

#include "emu/base/error.hpp"
#include "emu/cpu/state_layout.hpp"

namespace pagelab::cpu {

// Runs a throw-away engine: markers written through the API must appear where the layout says,
// four provoked #GPs must show their error codes, and clearing the exception latch must work.
// An Error names the library's version and the first thing that is not as expected.
Result<StateLayout> probe_state_layout();

} // namespace pagelab::cpu
