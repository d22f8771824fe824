// What the commands share that take the machine to another moment.
#pragma once

#include "emu/shell/stops.hpp"

namespace pagelab::shell {

// The machine stands at another moment: the session learns of it.
Result<> arrive(Session& session);

// The same with the document of where it stands (kStopShape): at the machine's debug_stop(), or
// where nothing but the count of instructions stopped it.
enum class Arrival : uint8_t { AtStop, AtCount };
Result<Json> arrive(Session& session, Arrival arrival);

// The user has begun something in the past: what followed it is no more.
Result<> leave_past(Session& session);

// The range is watched for the time of `use`, whatever else is.
Result<> with_watchpoint(Session& session, cpu::Watchpoint const& watchpoint,
                         std::function<Result<>()> const& use);

// Whether the stop is for such an access: a point of the user's may have been asked first.
bool is_for(cpu::DebugStop const& stop, cpu::Watchpoint const& watchpoint);

} // namespace pagelab::shell
