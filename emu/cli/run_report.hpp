// What is said after a run: the one-line reason on stderr, the exit status, the --stats file.
#pragma once

#include <filesystem>
#include <string>

#include "emu/cli/attendant.hpp"
#include "emu/machine/machine.hpp"

namespace pagelab::cli {

// pagelab's exit status for an outcome. Values the guest wrote beyond 255 become 255, since an
// exit status has 8 bits.
int exit_status(machine::Outcome outcome, machine::Machine const& machine,
                CommandLineAttendant const& attendant);

// Explains on stderr what was not a plain end: timeout, reset, a triple fault with its walk.
void explain_outcome(machine::Outcome outcome, machine::Machine& machine,
                     CommandLineAttendant const& attendant);

// The chain of faults and the walk of the last page fault, as text.
std::string describe_triple_fault(machine::Machine& machine);

// JSON: instructions, blocks, exceptions and interrupts by vector, wall seconds, peak host KiB.
Result<> write_statistics(std::filesystem::path const& file, machine::Machine& machine,
                          double wall_seconds);

} // namespace pagelab::cli
