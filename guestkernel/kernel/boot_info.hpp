// What the boot loader told us, copied out of its memory before anything is allocated.
//
// Only what boot.S maps (arch::kEarlyMapEnd) can be read; tables that lie elsewhere, or are longer
// than there is room for, are an error. Modules stay where they are and are only named here.
#pragma once

#include <stddef.h>

#include "guestkernel/abi/boot/e820.hpp"
#include "guestkernel/mm/memblock.hpp"

namespace pagelab::kernel {

inline constexpr unsigned kMaxMapEntries = 128;
inline constexpr unsigned kMaxModules = 32;
inline constexpr size_t kCommandLineSize = 2048; // Linux' COMMAND_LINE_SIZE on x86

struct boot_info {
    unsigned nr_map_entries;
    E820Entry map[kMaxMapEntries];
    unsigned nr_modules;
    mm::memblock_range modules[kMaxModules];
    char command_line[kCommandLineSize]; // without the image's name, which loaders put first
};

// `magic` and `address` as the entry found them in EAX and EBX.
mm::Result<> read_boot_info(boot_info& info, unsigned magic, unsigned address);

} // namespace pagelab::kernel
