// Linux' 32-bit boot protocol: what the real-mode setup code would have asked the BIOS for goes
// into boot_params, and the protected-mode kernel is entered at once.
// (Linux Documentation/arch/x86/boot.rst, "32-bit Boot Protocol".)
#include "firmware/boot.hpp"

#include "firmware/console.hpp"
#include "guestkernel/abi/boot/linux_boot.hpp"
#include "guestkernel/abi/machine/memory_map.hpp"

namespace pagelab::firmware {

using namespace memory_map;

namespace {

constexpr uint16_t kOldestProtocol = 0x202; // the first with cmd_line_ptr
constexpr uint32_t kHeaderEndBase = 0x202;  // the header's end is this plus jump_offset

static_assert(kLinuxHeaderEnd == kSetupHeadSize);
static_assert(kMaxE820Entries <= kLinuxE820Max);

void copy_header(LinuxBootParams& params, uint8_t const (&setup)[kSetupHeadSize])
{
    auto* to = reinterpret_cast<uint8_t*>(&params);
    uint32_t const end = kHeaderEndBase + setup[kHeaderEndBase - 1];
    for (uint32_t i = kLinuxHeaderOffset; i < end && i < kSetupHeadSize; i++)
        to[i] = setup[i];
}

void write_memory(LinuxBootParams& params, MemoryMap const& map)
{
    auto const& bios = *reinterpret_cast<ExtendedBiosData const*>(kExtendedBiosData);
    params.ext_mem_k = bios.kib_above_1m;
    params.alt_mem_k = static_cast<uint32_t>((map.usable_end(kHighRam) - kHighRam) >> 10);
    params.e820_entries = static_cast<uint8_t>(map.count());
    for (uint32_t i = 0; i < map.count(); i++)
        params.e820_table[i] = map.begin()[i];
}

void load_command_line(Machine const& machine, LinuxSetupHeader& header)
{
    auto const& fw_cfg = machine.fw_cfg;
    uint32_t const size = fw_cfg.read_u32(fw_cfg::kCmdlineSize);
    if (size == 0)
        return;
    header.cmd_line_ptr = fw_cfg.read_u32(fw_cfg::kCmdlineAddr);
    load_item(machine, fw_cfg::kCmdlineData, header.cmd_line_ptr, size,
              "the command line does not fit into RAM");
}

void load_initrd(Machine const& machine, LinuxSetupHeader& header)
{
    auto const& fw_cfg = machine.fw_cfg;
    header.ramdisk_size = fw_cfg.read_u32(fw_cfg::kInitrdSize);
    if (header.ramdisk_size == 0)
        return;
    header.ramdisk_image = fw_cfg.read_u32(fw_cfg::kInitrdAddr);
    load_item(machine, fw_cfg::kInitrdData, header.ramdisk_image, header.ramdisk_size,
              "the initial RAM disk does not fit into RAM");
}

} // namespace

void boot_linux(Machine const& machine, uint8_t const (&setup)[kSetupHeadSize])
{
    auto const& fw_cfg = machine.fw_cfg;
    auto& params = *reinterpret_cast<LinuxBootParams*>(kBootParams);
    params = {};
    copy_header(params, setup);
    auto& header = params.header;
    if (header.version < kOldestProtocol || (header.loadflags & kLinuxLoadedHigh) == 0)
        die("the kernel is not a bzImage of boot protocol 2.02 or later");

    write_memory(params, machine.map);
    load_command_line(machine, header);
    load_initrd(machine, header);
    load_item(machine, fw_cfg::kKernelData, fw_cfg.read_u32(fw_cfg::kKernelAddr),
              fw_cfg.read_u32(fw_cfg::kKernelSize), "the kernel does not fit into RAM");
    enter(header.code32_start, {.esi = kBootParams});
}

} // namespace pagelab::firmware
