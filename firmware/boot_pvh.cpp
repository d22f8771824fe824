// PVH: the host has placed the kernel's segments itself; here come the start information, the
// command line and the initial RAM disk.
#include "firmware/boot.hpp"

#include "firmware/console.hpp"
#include "guestkernel/abi/boot/pvh.hpp"
#include "guestkernel/abi/machine/memory_map.hpp"

namespace pagelab::firmware {

using namespace memory_map;

namespace {

struct StartTables {
    HvmStartInfo info;
    HvmModule initrd;
    HvmMapEntry map[kMaxE820Entries];
};
static_assert(sizeof(StartTables) <= kMultibootMap - kStartInfo);

// fw_cfg names no address for a PVH kernel's command line: it goes to the first free one.
constexpr uint32_t kCommandLine = kImagesStart;

void load_command_line(Machine const& machine, StartTables& tables)
{
    uint32_t const size = machine.fw_cfg.read_u32(fw_cfg::kCmdlineSize);
    if (size == 0)
        return;
    load_item(machine, fw_cfg::kCmdlineData, kCommandLine, size,
              "the command line does not fit into RAM");
    tables.info.cmdline = kCommandLine;
}

void load_initrd(Machine const& machine, StartTables& tables)
{
    uint32_t const size = machine.fw_cfg.read_u32(fw_cfg::kInitrdSize);
    if (size == 0)
        return;
    uint32_t const address = machine.fw_cfg.read_u32(fw_cfg::kInitrdAddr);
    load_item(machine, fw_cfg::kInitrdData, address, size,
              "the initial RAM disk does not fit into RAM");
    tables.initrd = {.address = address, .size = size, .cmdline = 0, .reserved = 0};
    tables.info.module_count = 1;
    tables.info.modules = reinterpret_cast<uintptr_t>(&tables.initrd);
}

} // namespace

void boot_pvh(Machine const& machine)
{
    auto& tables = *reinterpret_cast<StartTables*>(kStartInfo);
    tables = {};
    tables.info.magic = kHvmStartMagic;
    tables.info.version = kHvmStartVersion;
    tables.info.memory_map = reinterpret_cast<uintptr_t>(tables.map);
    tables.info.memory_map_count = machine.map.count();
    for (uint32_t i = 0; i < machine.map.count(); i++) {
        auto const& range = machine.map.begin()[i];
        tables.map[i] = {range.address, range.size, range.type, 0};
    }
    load_command_line(machine, tables);
    load_initrd(machine, tables);
    enter(machine.fw_cfg.read_u32(fw_cfg::kKernelEntry), {.ebx = kStartInfo});
}

} // namespace pagelab::firmware
