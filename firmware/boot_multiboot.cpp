// Multiboot: the host has flattened kernel, modules and strings into one block, and prepared the
// information structure but for what only the firmware knows: memory sizes and the memory map.
#include "firmware/boot.hpp"

#include "firmware/console.hpp"
#include "guestkernel/abi/boot/multiboot.hpp"
#include "guestkernel/abi/machine/memory_map.hpp"

namespace pagelab::firmware {

using namespace memory_map;

namespace {

uint32_t write_map(MemoryMap const& map)
{
    auto* entry = reinterpret_cast<MultibootMapEntry*>(kMultibootMap);
    for (auto const& range : map)
        *entry++ = {sizeof(E820Entry), range.address, range.size, range.type};
    return map.count() * sizeof(MultibootMapEntry);
}
static_assert(kMultibootMap + kMaxE820Entries * sizeof(MultibootMapEntry) <= kMultibootInfo);

// The information structure has a place of its own; elsewhere it must be free RAM.
void load_info(Machine const& machine, uint32_t address)
{
    uint32_t size = machine.fw_cfg.read_u32(fw_cfg::kInitrdSize);
    if (size > sizeof(MultibootInfo))
        size = sizeof(MultibootInfo);
    if (address != kMultibootInfo) {
        load_item(machine, fw_cfg::kInitrdData, address, size,
                  "the multiboot information does not fit into RAM");
        return;
    }
    machine.fw_cfg.read_item(fw_cfg::kInitrdData, reinterpret_cast<void*>(address), size);
}

} // namespace

void boot_multiboot(Machine const& machine)
{
    auto const& fw_cfg = machine.fw_cfg;
    load_item(machine, fw_cfg::kKernelData, fw_cfg.read_u32(fw_cfg::kKernelAddr),
              fw_cfg.read_u32(fw_cfg::kKernelSize), "the kernel does not fit into RAM");
    uint32_t const address = fw_cfg.read_u32(fw_cfg::kInitrdAddr);
    load_info(machine, address);

    auto& info = *reinterpret_cast<MultibootInfo*>(address);
    info.flags |= kMultibootInfoMemory | kMultibootInfoMap;
    info.mem_lower = kExtendedBiosData >> 10;
    info.mem_upper = static_cast<uint32_t>((machine.map.usable_end(kHighRam) - kHighRam) >> 10);
    info.mmap_addr = kMultibootMap;
    info.mmap_length = write_map(machine.map);
    enter(fw_cfg.read_u32(fw_cfg::kKernelEntry), {.eax = kMultibootEntryMagic, .ebx = address});
}

} // namespace pagelab::firmware
