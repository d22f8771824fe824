// Running to an address, in the frame that is meant: what `next`, `finish` and `until` are made of.
#pragma once

#include "emu/shell/stops.hpp"

namespace pagelab::shell {

struct Place {
    uint64_t address = 0;     // linear, of an instruction
    uint64_t stack_above = 0; // reached only with a stack pointer above this: not in a recursion
};

// The user's own points stop it as well.
Result<Json> run_to(Session& session, Place const& place);

} // namespace pagelab::shell
