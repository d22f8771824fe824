// The Linux/x86 boot protocol, the loader's half: a bzImage taken apart, its header filled in.
//
// The real-mode part goes to 0x10000, the command line to 0x20000, the protected-mode part to
// 1 MiB, the initial RAM disk as high as it may: QEMU's places (hw/i386/x86.c, x86_load_linux).
//
// Source: Linux Documentation/arch/x86/boot.rst.
#pragma once

#include "emu/load/boot_plan.hpp"

namespace pagelab::load {

// Whether there is a setup header ("HdrS", so protocol 2.00 or later).
bool is_linux(std::span<std::byte const> image);

// Kernels loaded high, of protocol 2.02 or later: older ones cannot be entered at 32 bits with a
// command line. kernel_entry is code32_start.
Result<BootPlan> plan_linux(BootRequest const& request);

} // namespace pagelab::load
