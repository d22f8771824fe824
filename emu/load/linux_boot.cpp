// Fields of the setup header count from the protocol version that brought them; before it, the
// protocol's older fixed value does.
#include "emu/load/linux_boot.hpp"

#include <algorithm>
#include <cstddef>

#include "emu/load/bytes.hpp"
#include "emu/load/initrd.hpp"
#include "emu/load/ram_layout.hpp"
#include "guestkernel/abi/boot/linux_boot.hpp"
#include "guestkernel/abi/machine/memory_map.hpp"

namespace pagelab::load {

namespace {

constexpr uint64_t kSetup = 0x1'0000;
constexpr uint64_t kCmdline = 0x2'0000;
constexpr uint64_t kKernel = memory_map::kHighRam;
constexpr uint64_t kMaxSetupSize = 0x8000; // boot.rst, "The Real-mode Kernel Header", memory layout
constexpr uint64_t kSector = 512;
constexpr uint8_t kLoaderQemu = 0xb0; // type_of_loader
constexpr uint32_t kOldCmdlineSize = 255;
constexpr uint32_t kOldInitrdMax = 0x37ff'ffff;
constexpr uint64_t kMagicAt = kLinuxHeaderOffset + offsetof(LinuxSetupHeader, magic);

struct BzImage {
    LinuxSetupHeader header;
    std::span<std::byte const> setup;
    std::span<std::byte const> kernel;
};

Result<> check_header(LinuxSetupHeader const& header, uint64_t kernel_size)
{
    if (header.version < 0x202)
        return fail("boot protocol {}.{:02} is older than 2.02", header.version >> 8,
                    header.version & 0xff);
    if ((header.loadflags & kLinuxLoadedHigh) == 0)
        return fail("a zImage: loadflags {:#x} do not ask for loading at 1 MiB", header.loadflags);
    if (kernel_size == 0)
        return fail("the image has no protected-mode part");
    uint64_t const said = uint64_t{header.syssize} * 16;
    if (header.version >= 0x204 && said > kernel_size + 15)
        return fail("the protected-mode part is cut off at {} of {} bytes", kernel_size, said);
    if (header.code32_start < kKernel || header.code32_start - kKernel >= kernel_size)
        return fail("the entry {:#x} is not in the protected-mode part, {:#x} bytes at {:#x}",
                    uint32_t{header.code32_start}, kernel_size, kKernel);
    return {};
}

Result<BzImage> parse(std::span<std::byte const> image)
{
    auto const sectors = std::to_integer<uint64_t>(image[kLinuxHeaderOffset]);
    uint64_t const setup_size = ((sectors == 0 ? 4 : sectors) + 1) * kSector;
    if (setup_size > kMaxSetupSize)
        return fail("the real-mode part has {} bytes, more than {}", setup_size, kMaxSetupSize);
    if (setup_size > image.size())
        return fail("the real-mode part is cut off at {} of {} bytes", image.size(), setup_size);
    BzImage const parts{*struct_at<LinuxSetupHeader>(image, kLinuxHeaderOffset),
                        image.first(setup_size), image.subspan(setup_size)};
    TRY(check_header(parts.header, parts.kernel.size()));
    return parts;
}

// Where the kernel's memory ends, from the file and once unpacked (init_size from pref_address or,
// if that is lower, from where it is loaded).
Result<PhysAddr> kernel_end(BzImage const& image, RamLayout const& ram)
{
    PhysRange const loaded{PhysAddr(kKernel), image.kernel.size()};
    if (!ram.holds(loaded))
        return fail("a kernel of {} bytes does not fit into RAM ({})", loaded.size, ram.describe());
    if (image.header.version < 0x20a)
        return loaded.end();
    PhysRange const unpacked{PhysAddr(std::max(kKernel, uint64_t{image.header.pref_address})),
                             image.header.init_size};
    if (unpacked.size == 0)
        return loaded.end();
    if (!ram.holds(unpacked))
        return fail("the kernel needs {} bytes at {:#x}, which do not fit into RAM ({})",
                    unpacked.size, unpacked.start.value, ram.describe());
    return std::max(loaded.end(), unpacked.end());
}

// Exclusive.
PhysAddr initrd_limit(LinuxSetupHeader const& header, RamLayout const& ram)
{
    uint64_t highest = kOldInitrdMax;
    if (header.version >= 0x20c && (header.xloadflags & kLinuxLoadAbove4G) != 0)
        highest = UINT32_MAX;
    else if (header.version >= 0x203)
        highest = header.initrd_addr_max;
    return std::min(PhysAddr(highest + 1), ram.high().end());
}

Result<> place_cmdline(BootPlan& plan, LinuxSetupHeader const& header, std::string const& cmdline,
                       RamLayout const& ram)
{
    uint32_t const longest = header.version >= 0x206 ? header.cmdline_size : kOldCmdlineSize;
    if (cmdline.size() > longest)
        return fail("a command line of {} characters, but the kernel takes only {}", cmdline.size(),
                    longest);
    if (!ram.holds({PhysAddr(kCmdline), cmdline.size() + 1}))
        return fail("a command line of {} characters does not fit into RAM at {:#x}",
                    cmdline.size(), kCmdline);
    plan.cmdline_addr = kCmdline;
    plan.cmdline = bytes_of_string(cmdline);
    return {};
}

} // namespace

bool is_linux(std::span<std::byte const> image)
{
    return struct_at<uint32_t>(image, kMagicAt) == kLinuxHeaderMagic;
}

Result<BootPlan> plan_linux(BootRequest const& request)
{
    auto const image = TRY(parse(request.kernel));
    RamLayout const ram(request.low_ram);
    BootPlan plan{.protocol = Protocol::Linux, .setup_addr = kSetup};
    auto header = image.header;
    plan.kernel_addr = kKernel;
    plan.kernel_entry = header.code32_start;
    TRY(place_cmdline(plan, header, request.cmdline, ram));
    auto const end = TRY(kernel_end(image, ram));
    TRY(place_initrd(plan, request.modules, end, initrd_limit(header, ram)));

    header.type_of_loader = kLoaderQemu;
    header.loadflags |= kLinuxCanUseHeap;
    header.heap_end_ptr = kCmdline - kSetup - 0x200; // boot.rst: less 0x200 for the stack
    header.cmd_line_ptr = plan.cmdline_addr;
    header.ramdisk_image = plan.initrd_addr;
    header.ramdisk_size = static_cast<uint32_t>(plan.initrd_data.size());
    plan.setup_data.assign(image.setup.begin(), image.setup.end());
    put_struct(plan.setup_data, kLinuxHeaderOffset, header);
    plan.kernel_data.assign(image.kernel.begin(), image.kernel.end());
    return plan;
}

} // namespace pagelab::load
