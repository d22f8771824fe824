// The Linux/x86 boot protocol: the setup header of a bzImage, and boot_params ("the zero page").
//
// A bzImage starts with (setup_sects + 1) * 512 bytes of real-mode code, whose bytes from 0x1f1 on
// are the setup header; the protected-mode kernel follows. Entered at 32 bits, a kernel finds
// boot_params at ESI, with the header copied to the same offset. All little-endian, packed;
// addresses guest physical.
//
// Source: Linux Documentation/arch/x86/boot.rst, zero-page.rst;
// arch/x86/include/uapi/asm/bootparam.h.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/abi/boot/e820.hpp"

namespace pagelab {

inline constexpr uint32_t kLinuxHeaderMagic = 0x5372'6448; // "HdrS"
inline constexpr uint16_t kLinuxBootFlag = 0xaa55;
inline constexpr uint32_t kLinuxHeaderOffset = 0x1f1;
inline constexpr uint32_t kLinuxHeaderEnd = 0x290; // no header is longer
inline constexpr uint32_t kLinuxE820Max = 128;

inline constexpr uint8_t kLinuxLoadedHigh = 1u << 0; // loadflags: the kernel goes to 1 MiB
inline constexpr uint8_t kLinuxCanUseHeap = 1u << 7;
inline constexpr uint16_t kLinuxLoadAbove4G = 1u << 1; // xloadflags

struct [[gnu::packed]] LinuxSetupHeader {
    uint8_t setup_sects; // 0 means 4
    uint16_t root_flags;
    uint32_t syssize; // of the protected-mode kernel, in 16-byte units
    uint16_t ram_size;
    uint16_t vid_mode;
    uint16_t root_dev;
    uint16_t boot_flag;
    uint8_t jump_opcode;
    uint8_t jump_offset; // the header ends at 0x202 + this
    uint32_t magic;
    uint16_t version; // major in the high byte
    uint32_t realmode_switch;
    uint16_t start_sys_seg;
    uint16_t kernel_version;
    uint8_t type_of_loader;
    uint8_t loadflags;
    uint16_t setup_move_size;
    uint32_t code32_start; // 32-bit entry
    uint32_t ramdisk_image;
    uint32_t ramdisk_size;
    uint32_t bootsect_kludge;
    uint16_t heap_end_ptr;
    uint8_t ext_loader_ver;
    uint8_t ext_loader_type;
    uint32_t cmd_line_ptr;    // 2.02
    uint32_t initrd_addr_max; // 2.03; highest address of an initrd's last byte
    uint32_t kernel_alignment;
    uint8_t relocatable_kernel;
    uint8_t min_alignment;
    uint16_t xloadflags;   // 2.12
    uint32_t cmdline_size; // 2.06; without the final NUL
    uint32_t hardware_subarch;
    uint64_t hardware_subarch_data;
    uint32_t payload_offset;
    uint32_t payload_length;
    uint64_t setup_data;
    uint64_t pref_address;
    uint32_t init_size; // 2.10; bytes needed from the load address on
    uint32_t handover_offset;
    uint32_t kernel_info_offset;
};
static_assert(kLinuxHeaderOffset + offsetof(LinuxSetupHeader, jump_offset) == 0x201);
static_assert(kLinuxHeaderOffset + offsetof(LinuxSetupHeader, magic) == 0x202);
static_assert(kLinuxHeaderOffset + offsetof(LinuxSetupHeader, code32_start) == 0x214);
static_assert(kLinuxHeaderOffset + offsetof(LinuxSetupHeader, cmd_line_ptr) == 0x228);
static_assert(kLinuxHeaderOffset + offsetof(LinuxSetupHeader, cmdline_size) == 0x238);
static_assert(kLinuxHeaderOffset + offsetof(LinuxSetupHeader, init_size) == 0x260);

struct [[gnu::packed]] LinuxBootParams {
    uint8_t unused1[0x02]; // screen_info from 0; ext_mem_k lies inside it
    uint16_t ext_mem_k;    // RAM from 1 MiB on, in KiB, as INT 15h AH=88h says
    uint8_t unused2[0x1dc];
    uint32_t alt_mem_k; // the same, 32 bits wide
    uint8_t unused3[0x04];
    uint8_t e820_entries;
    uint8_t unused4[0x08];
    LinuxSetupHeader header;
    uint8_t unused5[0x2d0 - kLinuxHeaderOffset - sizeof(LinuxSetupHeader)];
    E820Entry e820_table[kLinuxE820Max];
    uint8_t unused6[0x1000 - 0x2d0 - sizeof(E820Entry) * kLinuxE820Max];
};
static_assert(sizeof(LinuxBootParams) == 0x1000);
static_assert(offsetof(LinuxBootParams, alt_mem_k) == 0x1e0);
static_assert(offsetof(LinuxBootParams, e820_entries) == 0x1e8);
static_assert(offsetof(LinuxBootParams, header) == kLinuxHeaderOffset);
static_assert(offsetof(LinuxBootParams, e820_table) == 0x2d0);

} // namespace pagelab
