// The table of image formats, in the order in which they are tried: QEMU's.
#include "emu/load/boot_plan.hpp"

#include <algorithm>

#include "emu/load/elf.hpp"
#include "emu/load/elf_boot.hpp"
#include "emu/load/linux_boot.hpp"
#include "emu/load/multiboot.hpp"

namespace pagelab::load {

namespace {

struct Format {
    bool (*recognises)(std::span<std::byte const> image);
    Result<BootPlan> (*plan)(BootRequest const& request);
    std::optional<uint64_t> (*extent)(std::span<std::byte const> head); // null: all
};

constexpr Format kFormats[] = {
    {is_linux, plan_linux, nullptr},
    {is_multiboot, plan_multiboot, multiboot_extent},
    {is_elf, plan_elf, elf_extent},
};

} // namespace

char const* name_of(Protocol protocol)
{
    constexpr char const* kNames[] = {"linux", "multiboot", "pvh", "elf32", "elf64"};
    return kNames[static_cast<size_t>(protocol)];
}

std::optional<uint64_t> needed_bytes(std::span<std::byte const> head)
{
    for (auto const& format : kFormats) {
        if (!format.recognises(head))
            continue;
        auto const extent = format.extent == nullptr ? std::nullopt : format.extent(head);
        return extent ? std::optional(std::max<uint64_t>(*extent, head.size())) : std::nullopt;
    }
    return std::nullopt;
}

Result<BootPlan> plan_boot(BootRequest const& request)
{
    if (auto const at = request.cmdline.find('\0'); at != std::string::npos)
        return fail("the command line has a NUL character at {}", at);
    for (auto const& format : kFormats) {
        if (format.recognises(request.kernel))
            return format.plan(request);
    }
    return fail("an image of {} bytes with neither a Linux header, a multiboot header nor an ELF "
                "header",
                request.kernel.size());
}

} // namespace pagelab::load
