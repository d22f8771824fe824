// The host's own view of the guest's memory: kernel structures read from raw RAM.
#pragma once

#include <filesystem>

#include "emu/guest/buddy.hpp"
#include "emu/machine/machine.hpp"

namespace pagelab::cli {

// kernel_file: the image the guest runs, for its type information. The machine must be stopped.
Result<guest::BuddyReport> read_buddy(machine::Machine& machine,
                                      std::filesystem::path const& kernel_file);

} // namespace pagelab::cli
