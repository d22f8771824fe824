// The initial RAM disk: the request's modules joined, as high in RAM as they may go.
#pragma once

#include <span>

#include "emu/load/boot_plan.hpp"

namespace pagelab::load {

// Fills the plan's initrd from the modules, page-aligned, as near below `limit` as possible but not
// below `kernel_end` or 1 MiB. Fails if they do not fit. Nothing happens without modules. Several
// are joined at multiples of 4 bytes, as Linux' initramfs format wants them
// (Documentation/driver-api/early-userspace/buffer-format.rst).
Result<> place_initrd(BootPlan& plan, std::span<Module const> modules, PhysAddr kernel_end,
                      PhysAddr limit);

} // namespace pagelab::load
