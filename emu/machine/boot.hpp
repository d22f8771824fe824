// Giving a machine something to boot: the plan of a loader, and the machine's own description,
// as the fw_cfg items the firmware reads.
#pragma once

#include "emu/load/boot_plan.hpp"
#include "emu/machine/machine.hpp"

namespace pagelab::machine {

// CPU count and memory map. Call once, before the first run.
Result<> describe_machine(Machine& machine, MachineConfig const& config);

// The kernel, its command line and files. Call once, before the first run.
Result<> install_boot_plan(Machine& machine, load::BootPlan plan);

} // namespace pagelab::machine
