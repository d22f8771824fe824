// PVH: entering an uncompressed kernel at the 32-bit address that an ELF note of it names.
//
// Entry: flat 32-bit protected mode, paging and interrupts off, EBX = address of HvmStartInfo.
// Addresses are guest physical.
//
// Source: Xen xen/include/public/arch-x86/hvm/start_info.h, xen/include/public/elfnote.h,
// docs/misc/pvh.pandoc.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace pagelab {

inline constexpr uint32_t kXenNoteEntry = 18; // XEN_ELFNOTE_PHYS32_ENTRY, of the owner "Xen"

inline constexpr uint32_t kHvmStartMagic = 0x336e'c578;
inline constexpr uint32_t kHvmStartVersion = 1; // from 1 on there is a memory map

struct [[gnu::packed]] HvmStartInfo {
    uint32_t magic;
    uint32_t version;
    uint32_t flags;
    uint32_t module_count;
    uint64_t modules; // HvmModule[module_count]
    uint64_t cmdline; // NUL-terminated
    uint64_t rsdp;    // 0: no ACPI tables
    uint64_t memory_map;
    uint32_t memory_map_count; // HvmMapEntry[memory_map_count]
    uint32_t reserved;
};
static_assert(sizeof(HvmStartInfo) == 56);
static_assert(offsetof(HvmStartInfo, memory_map) == 40);

struct [[gnu::packed]] HvmModule {
    uint64_t address;
    uint64_t size;    // bytes
    uint64_t cmdline; // NUL-terminated, or 0
    uint64_t reserved;
};
static_assert(sizeof(HvmModule) == 32);

struct [[gnu::packed]] HvmMapEntry {
    uint64_t address;
    uint64_t size; // bytes
    uint32_t type; // an E820 type
    uint32_t reserved;
};
static_assert(sizeof(HvmMapEntry) == 24);

} // namespace pagelab
