// Finds the StateLayout of the linked Unicorn, proves it, or refuses to run.
#pragma once

#include "emu/base/error.hpp"
#include "emu/cpu/state_layout.hpp"
#include "emu/cpu/unicorn_api.hpp"

namespace pagelab::cpu {

// On a new engine, in which nothing is mapped: markers written through the API must appear where
// the layout says, four provoked #GPs must show their error codes, and clearing the exception latch
// must work. Leaves the engine in protected mode, its registers to be reset, nothing mapped.
// An Error names the library's version and the first thing that is not as expected.
Result<StateLayout> probe_state_layout(uc_engine* engine);

} // namespace pagelab::cpu
