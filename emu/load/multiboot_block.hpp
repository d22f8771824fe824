// What a multiboot kernel is given: modules and strings behind the kernel, and the information
// structure that points at them.
#pragma once

#include "emu/load/boot_plan.hpp"
#include "emu/load/ram_layout.hpp"

namespace pagelab::load {

// Takes a plan whose kernel_addr and kernel_data are the flat kernel; extends kernel_data and fills
// initrd_addr and initrd_data, as multiboot.hpp describes. Fails if that does not fit into RAM.
Result<> append_multiboot_data(BootPlan& plan, BootRequest const& request, RamLayout const& ram);

} // namespace pagelab::load
