// From a kernel image to what the firmware is given: the one entry point of the loaders.
//
// A plan is what QEMU's -kernel option would put into fw_cfg for the same image (hw/i386/x86.c,
// hw/i386/multiboot.c), so one firmware boots under both. What each protocol fills, besides
// kernel_entry (item KernelEntry):
//
//   Multiboot    kernel_data   kernel, module table, strings and modules, flat from kernel_addr on
//                initrd_data   MultibootInfo for initrd_addr; the firmware adds memory and map
//   Linux        setup_data    the real-mode part for setup_addr, its header filled in
//                kernel_data   the protected-mode part for kernel_addr
//                initrd, cmdline
//   Pvh          direct        the segments, in RAM before reset
//                setup_data    the first 8 KiB of the ELF file, by which the firmware knows
//                initrd, cmdline (the firmware puts the latter at memory_map::kImagesStart)
//   RawElf32/64  direct        the segments, in RAM before reset
//                files         "opt/org.pagelab/protocol": "elf32" or "elf64"
//
// Each item X comes with its address and its size in bytes: SIZE = X_data.size(), 0 when absent.
// Every range lies in RamLayout(low_ram) and they do not overlap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "emu/base/error.hpp"
#include "guestkernel/abi/address.hpp"

namespace pagelab::load {

enum class Protocol : uint8_t { Linux, Multiboot, Pvh, RawElf32, RawElf64 };

// "linux", "multiboot", "pvh", "elf32", "elf64"
char const* name_of(Protocol protocol);

// A file for the kernel: a multiboot module with its command line. Linux and PVH know one initial
// RAM disk only: several are joined (Linux reads joined cpio archives), command lines are not used.
struct Module {
    std::span<std::byte const> bytes{}; // the caller keeps them
    std::string cmdline{};
};

struct BootRequest {
    std::string kernel_name{}; // first word of a multiboot command line
    std::span<std::byte const> kernel{};
    std::string cmdline{}; // without NUL characters
    std::vector<Module> modules{};
    uint64_t low_ram = 0; // bytes from address 0 on, without a gap, below 4 GiB
};

// Bytes the host writes to RAM before each reset. The zeroes of a bss are among them.
struct Placement {
    PhysAddr address;
    std::vector<std::byte> bytes;
};

// A named file of fw_cfg.
struct NamedFile {
    std::string name;
    std::vector<std::byte> bytes;
};

// Addresses are guest physical; all of it is the plan's own copy.
struct BootPlan {
    Protocol protocol{};
    uint32_t kernel_addr = 0;
    uint32_t kernel_entry = 0;
    std::vector<std::byte> kernel_data{};
    uint32_t initrd_addr = 0;
    std::vector<std::byte> initrd_data{};
    uint32_t cmdline_addr = 0;
    std::vector<std::byte> cmdline{}; // with the final NUL
    uint32_t setup_addr = 0;
    std::vector<std::byte> setup_data{};
    std::vector<Placement> direct{};
    std::vector<NamedFile> files{};
};

// Of a file that begins with these bytes, at least kHeadSize unless it is shorter: how many
// plan_boot looks at. What is behind them, a kernel's debug information, need not be read. None:
// all of it.
inline constexpr size_t kHeadSize = 64 << 10;
std::optional<uint64_t> needed_bytes(std::span<std::byte const> head);

// Recognises the image and plans its boot. Fails on an image of no known kind, a damaged one, and
// one that does not fit into RAM with what goes with it. Takes memory in proportion to the image
// and the RAM.
Result<BootPlan> plan_boot(BootRequest const& request);

} // namespace pagelab::load
