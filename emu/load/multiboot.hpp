// Multiboot version 1, the loader's half: the kernel flattened, with modules and strings behind it.
//
// Layout of kernel_data, as QEMU's (hw/i386/multiboot.c), everything at rising addresses:
//
//   kernel_addr      the kernel with its bss
//   next page        MultibootModule[n], the modules' command lines, the kernel's ("NAME CMDLINE"),
//                    the loader's name
//   next page each   the modules
//
// initrd_data is MultibootInfo for memory_map::kMultibootInfo, complete but for mem_lower,
// mem_upper and mmap_length, which the firmware fills in with the map at mmap_addr =
// memory_map::kMultibootMap. Unlike QEMU, modules start on pages even if the kernel does not, and
// ELF64 files need no address fields.
//
// Source: Multiboot Specification 0.6.96, sections 3.1 and 3.3.
#pragma once

#include <optional>

#include "emu/load/boot_plan.hpp"

namespace pagelab::load {

// Whether the first 8 KiB hold a header with the right magic number and checksum.
bool is_multiboot(std::span<std::byte const> image);

// How many bytes of the file plan_multiboot looks at, of which these are the first. None: all.
std::optional<uint64_t> multiboot_extent(std::span<std::byte const> head);

// By the header's address fields if they count (flag bit 16), else as an ELF file of either class.
// Fails if a flag asks for what is not known here (bits 3..15); a wish for a video mode (bit 2) is
// not met, as the specification allows.
Result<BootPlan> plan_multiboot(BootRequest const& request);

} // namespace pagelab::load
