// The physical memory map of the machine below 1 MiB and around its ROM, in one place.
//
//   0x00000 - 0x003ff   real-mode interrupt vectors
//   0x00400 - 0x004ff   BIOS data area
//   0x00500 - 0x00fff   MP configuration table, when there are several processors
//   0x01000 - 0x06fff   page tables, when a 64-bit image is entered in long mode
//   0x07000 - 0x07fff   boot_params, when Linux is entered
//   0x08000 - 0x08fff   hvm_start_info with its tables, when a PVH image is entered
//   0x09000 - 0x0947f   memory map, when a multiboot image is entered
//   0x09500 - 0x09fff   multiboot information, placed by the host (QEMU uses this address too)
//   0x0a000 - 0x0ffff   the firmware's stack
//   0x10000 - 0x9fbff   free for images, command lines and initial RAM disks
//   0x9fc00 - 0x9ffff   extended BIOS data area: struct ExtendedBiosData
//   0xa0000 - 0xeffff   video memory and adapters
//   0xf0000 - 0xfffff   firmware ROM, seen again directly below 4 GiB
//
// All below 0x9fc00 is RAM that the E820 map calls usable: a kernel takes what it needs from these
// tables before it reuses them. Addresses are guest physical.
//
// Source: IBM PC/AT BIOS (interrupt vectors, data areas); QEMU hw/i386/multiboot.c (0x9000,
// 0x9500); SeaBIOS for the reserved 256 KiB below 4 GiB and 128 KiB at the top of low RAM.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/abi/boot/e820.hpp"
#include "guestkernel/abi/machine/mp_table.hpp"

namespace pagelab::memory_map {

inline constexpr uint32_t kMpTable = 0x500;
inline constexpr uint32_t kMpTableSize = 0xb00;
inline constexpr uint32_t kLongModeTables = 0x1000;
inline constexpr uint32_t kBootParams = 0x7000;
inline constexpr uint32_t kStartInfo = 0x8000;
inline constexpr uint32_t kMultibootMap = 0x9000;
inline constexpr uint32_t kMultibootInfo = 0x9500;
inline constexpr uint32_t kStackBottom = 0xa000;
inline constexpr uint32_t kStackTop = 0x1'0000;
inline constexpr uint32_t kImagesStart = 0x1'0000; // the host places nothing below, save the info
inline constexpr uint32_t kExtendedBiosData = 0x9'fc00;
inline constexpr uint32_t kLowRamEnd = 0xa'0000;
inline constexpr uint32_t kRom = 0xf'0000;
inline constexpr uint32_t kRomSize = 0x1'0000;
inline constexpr uint32_t kHighRam = 0x10'0000; // RAM from 1 MiB on
inline constexpr uint64_t kTopReserve = 128 << 10;
inline constexpr uint64_t kFlashReserve = 0xfffc'0000; // from here to 4 GiB
inline constexpr uint64_t k4GiB = uint64_t{1} << 32;

inline constexpr uint32_t kMaxE820Entries = 48;

// What the firmware leaves in the extended BIOS data area; INT 15h answers from it.
struct [[gnu::packed]] ExtendedBiosData {
    uint8_t size_kib; // 1
    uint8_t reserved;
    uint16_t cpu_count;
    uint16_t e820_count;
    uint16_t kib_1m_to_16m;   // RAM from 1 MiB up to 16 MiB, in KiB
    uint16_t units_above_16m; // RAM from 16 MiB up to the first hole, in 64 KiB
    uint16_t kib_above_1m;    // RAM from 1 MiB on, in KiB, at most 63 MiB
    uint8_t reserved2[4];
    E820Entry e820[kMaxE820Entries];
    mp::FloatingPointer mp_pointer; // leads to kMpTable; all zero with one processor
};
static_assert(offsetof(ExtendedBiosData, e820) == 16);
static_assert((kExtendedBiosData + offsetof(ExtendedBiosData, mp_pointer)) % 16 == 0);
static_assert(sizeof(ExtendedBiosData) <= kLowRamEnd - kExtendedBiosData);

} // namespace pagelab::memory_map
