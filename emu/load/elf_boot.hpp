// Booting a bare ELF file: by the PVH protocol if a note asks for it, else entered as it is.
//
// Source: Xen docs/misc/pvh.pandoc; QEMU hw/i386/x86.c, load_elfboot().
#pragma once

#include "emu/load/boot_plan.hpp"

namespace pagelab::load {

// A plain ELF has no protocol by which to learn of a command line or modules, so having some is an
// error. It is entered at its entry's physical address in 32-bit protected mode or 64-bit mode.
Result<BootPlan> plan_elf(BootRequest const& request);

} // namespace pagelab::load
