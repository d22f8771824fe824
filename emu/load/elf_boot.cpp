// Both kinds have their segments placed by the host; they differ in what the firmware is told.
#include "emu/load/elf_boot.hpp"

#include <algorithm>
#include <cstring>

#include "emu/load/bytes.hpp"
#include "emu/load/elf.hpp"
#include "emu/load/elf_notes.hpp"
#include "emu/load/initrd.hpp"
#include "guestkernel/abi/machine/fw_cfg.hpp"
#include "guestkernel/abi/machine/memory_map.hpp"

namespace pagelab::load {

namespace {

constexpr size_t kSetupSize = 8192; // of the file's beginning, which QEMU hands on as setup data

std::vector<Placement> place_segments(ElfImage const& elf)
{
    std::vector<Placement> placements;
    for (auto const& segment : elf.segments) {
        std::vector<std::byte> bytes(segment.memory.size);
        std::ranges::copy(segment.bytes, bytes.begin());
        placements.push_back({segment.memory.start, std::move(bytes)});
    }
    return placements;
}

Result<> place_cmdline(BootPlan& plan, BootRequest const& request, ElfImage const& elf,
                       RamLayout const& ram)
{
    plan.cmdline_addr = memory_map::kImagesStart; // the firmware's choice for PVH
    PhysRange const range{PhysAddr(plan.cmdline_addr), request.cmdline.size() + 1};
    if (!ram.holds(range))
        return fail("a command line of {} bytes does not fit into RAM at {:#x}",
                    request.cmdline.size(), plan.cmdline_addr);
    for (auto const& segment : elf.segments) {
        if (segment.memory.overlaps(range))
            return fail("segment {} at {:#x} is where the command line goes, {:#x}", segment.index,
                        segment.memory.start.value, plan.cmdline_addr);
    }
    plan.cmdline = bytes_of_string(request.cmdline);
    return {};
}

Result<BootPlan> plan_pvh(BootRequest const& request, ElfImage const& elf, PhysAddr entry)
{
    RamLayout const ram(request.low_ram);
    auto const kernel_start = elf.segments.front().memory.start;
    auto const kernel_end = elf.segments.back().memory.end();
    BootPlan plan{.protocol = Protocol::Pvh};
    plan.kernel_addr = static_cast<uint32_t>(kernel_start.value);
    plan.kernel_entry = static_cast<uint32_t>(entry.value);
    TRY(place_cmdline(plan, request, elf, ram));
    TRY(place_initrd(plan, request.modules, kernel_end, ram.high().end()));
    plan.setup_data.resize(kSetupSize);
    std::ranges::copy(request.kernel.first(std::min(kSetupSize, request.kernel.size())),
                      plan.setup_data.begin());
    plan.direct = place_segments(elf);
    return plan;
}

Result<BootPlan> plan_raw_elf(BootRequest const& request, ElfImage const& elf)
{
    if (!request.cmdline.empty() || !request.modules.empty())
        return fail("a plain ELF file takes no {}: it has neither a multiboot header nor a PVH "
                    "note",
                    request.cmdline.empty() ? "modules" : "command line");
    auto const entry = TRY(physical_entry(elf));
    bool const is_elf32 = elf.elf_class == ElfClass::Elf32;
    BootPlan plan{.protocol = is_elf32 ? Protocol::RawElf32 : Protocol::RawElf64};
    plan.kernel_addr = static_cast<uint32_t>(elf.segments.front().memory.start.value);
    plan.kernel_entry = static_cast<uint32_t>(entry.value);
    std::string_view const name = name_of(plan.protocol);
    auto const bytes = std::as_bytes(std::span(name));
    plan.files.push_back({fw_cfg::kProtocolFile, {bytes.begin(), bytes.end()}});
    plan.direct = place_segments(elf);
    return plan;
}

} // namespace

Result<BootPlan> plan_elf(BootRequest const& request)
{
    auto const elf = TRY(parse_elf(request.kernel));
    TRY(check_in_ram(elf, RamLayout(request.low_ram)));
    if (auto const entry = TRY(find_pvh_entry(elf)))
        return plan_pvh(request, elf, *entry);
    return plan_raw_elf(request, elf);
}

} // namespace pagelab::load
