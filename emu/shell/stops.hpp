// Running the machine for a command, and the document of where and why it stopped.
#pragma once

#include <functional>

#include "emu/shell/session.hpp"

namespace pagelab::shell {

// Of every command that lets the machine run.
inline constexpr char kStopShape[] = R"({"outcome": "string", "reason": "string?",
    "cpu": "number", "point": "number?", "what": "string?", "rip": "hex", "symbol": "string?",
    "line": "string?", "instruction": "hex?", "access": {"operation": "string", "address": "hex",
    "physical": "hex", "size": "number", "before": "hex?", "after": "hex?", "context": "string?"},
    "vector": "number?", "error_code": "hex?", "status": "number?", "instructions": "number"})";

// Lets `advance` run the machine with the console attached, again while stops are at points whose
// condition does not hold.
Result<Json> run_machine(Session& session, Runner::Advance const& advance,
                         Runner::Waiting waiting = Runner::Waiting::GoesOn);

// The same, by what runs it: called again while stops are not wanted.
Result<Json> run_machine(Session& session, std::function<Result<machine::Outcome>()> const& run);

// The machine stands at this stop. How it came there: `outcome`.
Json stop_document(Session& session, machine::Outcome outcome, cpu::DebugStop const& stop);

// Whether it is one of the user's points and its condition holds. Counts no hit.
bool is_of_user(Session& session, cpu::DebugStop const& stop);

std::string stop_text(Json const& document);

} // namespace pagelab::shell
