// Who stored to a range last: found by running the recorded past again.
#pragma once

#include <optional>

#include "emu/shell/time_travel.hpp"

namespace pagelab::shell {

// The document of that stop (kStopShape); none if nobody did since recording began. The machine
// stands where it stood afterwards. Errors: nothing is recorded, or the search was stopped.
Result<std::optional<Json>> last_writer(Session& session, cpu::Watchpoint const& range);

} // namespace pagelab::shell
