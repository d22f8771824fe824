// Multiboot version 1: the header an image carries, the information it is entered with.
//
// Entry: flat 32-bit protected mode, paging and interrupts off, EAX = kMultibootEntryMagic,
// EBX = address of MultibootInfo. All numbers little-endian, addresses guest physical.
//
// Source: Multiboot Specification 0.6.96, sections 3.1 (header), 3.2 (machine state), 3.3
// (information).
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace pagelab {

inline constexpr uint32_t kMultibootHeaderMagic = 0x1bad'b002;
inline constexpr uint32_t kMultibootEntryMagic = 0x2bad'b002;
inline constexpr uint32_t kMultibootSearchSize = 8192; // the header lies within, 4-aligned

// MultibootHeader::flags. An image that sets an unknown one of bits 15:0 must not be loaded.
inline constexpr uint32_t kMultibootPageAlign = 1u << 0; // modules start on pages
inline constexpr uint32_t kMultibootWantMemory = 1u << 1;
inline constexpr uint32_t kMultibootWantVideo = 1u << 2;
inline constexpr uint32_t kMultibootHasAddresses = 1u << 16; // header_addr .. entry_addr count

struct [[gnu::packed]] MultibootHeader {
    uint32_t magic;
    uint32_t flags;
    uint32_t checksum; // makes magic + flags + checksum zero
    uint32_t header_addr;
    uint32_t load_addr;
    uint32_t load_end_addr; // 0: the whole file
    uint32_t bss_end_addr;  // 0: no bss
    uint32_t entry_addr;
    uint32_t video[4];
};
static_assert(sizeof(MultibootHeader) == 48);
static_assert(offsetof(MultibootHeader, entry_addr) == 28);

// MultibootInfo::flags: which of its fields count.
inline constexpr uint32_t kMultibootInfoMemory = 1u << 0;
inline constexpr uint32_t kMultibootInfoBootDevice = 1u << 1;
inline constexpr uint32_t kMultibootInfoCmdline = 1u << 2;
inline constexpr uint32_t kMultibootInfoModules = 1u << 3;
inline constexpr uint32_t kMultibootInfoMap = 1u << 6;
inline constexpr uint32_t kMultibootInfoLoaderName = 1u << 9;

struct [[gnu::packed]] MultibootInfo {
    uint32_t flags;
    uint32_t mem_lower; // KiB from 0, at most 640
    uint32_t mem_upper; // KiB from 1 MiB to the first hole
    uint32_t boot_device;
    uint32_t cmdline; // NUL-terminated
    uint32_t mods_count;
    uint32_t mods_addr; // MultibootModule[mods_count]
    uint32_t syms[4];
    uint32_t mmap_length; // bytes
    uint32_t mmap_addr;   // MultibootMapEntry[]
    uint32_t drives_length;
    uint32_t drives_addr;
    uint32_t config_table;
    uint32_t boot_loader_name; // NUL-terminated
    uint32_t apm_table;
    uint32_t vbe[4];
};
static_assert(sizeof(MultibootInfo) == 88);
static_assert(offsetof(MultibootInfo, mmap_length) == 44);
static_assert(offsetof(MultibootInfo, boot_loader_name) == 64);

struct [[gnu::packed]] MultibootModule {
    uint32_t start;
    uint32_t end;     // exclusive
    uint32_t cmdline; // NUL-terminated
    uint32_t reserved;
};
static_assert(sizeof(MultibootModule) == 16);

struct [[gnu::packed]] MultibootMapEntry {
    uint32_t size; // of what follows: the next entry is at this one + 4 + size
    uint64_t address;
    uint64_t length; // bytes
    uint32_t type;   // an E820 type
};
static_assert(sizeof(MultibootMapEntry) == 24);
static_assert(offsetof(MultibootMapEntry, type) == 20);

} // namespace pagelab
