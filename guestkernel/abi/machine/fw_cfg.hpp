// QEMU's fw_cfg: how the host hands the firmware a kernel, a memory map and other named data.
//
// A device of numbered items, at the ports port::kFwCfg*. Writing an item's key to the selector
// port makes it current; each read of the data port gives its next byte, zero after its end. With
// DMA the guest writes the address of an FwCfgDma to the DMA port, high half first, low half
// (which starts it) second, and the host copies at once. Numbers inside the items named below are
// little-endian; the DMA registers, FwCfgDma and the file directory are big-endian.
//
// Source: QEMU docs/specs/fw_cfg.rst; keys: include/standard-headers/linux/qemu_fw_cfg.h and
// hw/i386/fw_cfg.h; the kernel items as hw/i386/x86.c and hw/i386/multiboot.c fill them.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::fw_cfg {

enum Key : uint16_t {
    kSignature = 0x00, // "QEMU"
    kId = 0x01,        // u32 of the Id bits below
    kCpuCount = 0x05,  // u16
    kKernelAddr = 0x07,
    kKernelSize = 0x08,
    kInitrdAddr = 0x0a,
    kInitrdSize = 0x0b,
    kMaxCpus = 0x0f, // u16
    kKernelEntry = 0x10,
    kKernelData = 0x11,
    kInitrdData = 0x12,
    kCmdlineAddr = 0x13,
    kCmdlineSize = 0x14, // with the final NUL
    kCmdlineData = 0x15,
    kSetupAddr = 0x16,
    kSetupSize = 0x17,
    kSetupData = 0x18,
    kFileDirectory = 0x19, // u32 count (big-endian), then that many FwCfgFile
    kFileFirst = 0x20,     // files have keys from here on
};

namespace id {
using Traditional = x86::Bit<0>; // the selector and data ports are there; always set
using Dma = x86::Bit<1>;
} // namespace id

namespace dma {
using Error = x86::Bit<0>; // set by the host; all other bits cleared: done
using Read = x86::Bit<1>;  // item to memory
using Skip = x86::Bit<2>;
using Select = x86::Bit<3>; // Key becomes current first
using Write = x86::Bit<4>;  // memory to item
using Key = x86::Field<31, 16>;
} // namespace dma

// What a read of the DMA port gives when DMA is there: "QEMU CFG", big-endian.
inline constexpr uint64_t kDmaSignature = 0x5145'4d55'2043'4647;

struct [[gnu::packed]] FwCfgDma { // big-endian
    uint32_t control;
    uint32_t length;  // bytes
    uint64_t address; // guest physical
};
static_assert(sizeof(FwCfgDma) == 16 && offsetof(FwCfgDma, address) == 8);

inline constexpr size_t kFileNameSize = 56; // with the final NUL

struct [[gnu::packed]] FwCfgFile { // big-endian
    uint32_t size;                 // bytes
    uint16_t key;
    uint16_t reserved;
    char name[kFileNameSize];
};
static_assert(sizeof(FwCfgFile) == 64 && offsetof(FwCfgFile, name) == 8);

// Files the firmware looks for. E820: packed E820Entry, all RAM and what else is reserved.
inline constexpr char kE820File[] = "etc/e820";

// "elf32" or "elf64": the host has placed a plain ELF image; enter it at kKernelEntry.
inline constexpr char kProtocolFile[] = "opt/org.pagelab/protocol";

constexpr uint32_t big_endian(uint32_t value)
{
    return __builtin_bswap32(value);
}
constexpr uint64_t big_endian64(uint64_t value)
{
    return __builtin_bswap64(value);
}
constexpr uint16_t big_endian16(uint16_t value)
{
    return __builtin_bswap16(value);
}
static_assert(big_endian(0x5145'4d55) == 0x554d'4551);

} // namespace pagelab::fw_cfg
