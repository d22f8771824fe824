// Entering what fw_cfg offers, one function per protocol. None returns; what cannot be entered
// ends in die().
#pragma once

#include <stdint.h>

#include "firmware/fw_cfg.hpp"
#include "firmware/memory_map.hpp"

namespace pagelab::firmware {

struct Machine {
    FwCfg const& fw_cfg;
    MemoryMap const& map;
};

// The bytes of the setup data that tell the protocols apart and hold Linux' setup header.
inline constexpr uint32_t kSetupHeadSize = 0x290;

// Looks at the fw_cfg items and goes on in one of the functions below. The order is: a file that
// names a plain ELF; no setup data, so multiboot; an ELF file as setup data, so PVH; Linux.
[[noreturn]] void boot(Machine const& machine);

[[noreturn]] void boot_multiboot(Machine const& machine);
[[noreturn]] void boot_linux(Machine const& machine, uint8_t const (&setup)[kSetupHeadSize]);
[[noreturn]] void boot_pvh(Machine const& machine);

// The item's bytes to RAM that must be usable and not the firmware's own; else dies with `reason`.
void load_item(Machine const& machine, uint16_t key, uint32_t address, uint32_t size,
               char const* reason);

// Registers at the kernel's entry; all others are zero.
struct EntryRegisters {
    uint32_t eax = 0;
    uint32_t ebx = 0;
    uint32_t esi = 0;
};
[[noreturn]] void enter(uint32_t entry, EntryRegisters const& registers);

} // namespace pagelab::firmware
