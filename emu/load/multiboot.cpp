// Two ways to a flat kernel, address fields or ELF segments; then one block and one info structure.
#include "emu/load/multiboot.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "emu/load/bytes.hpp"
#include "emu/load/elf.hpp"
#include "emu/load/multiboot_block.hpp"
#include "guestkernel/abi/boot/multiboot.hpp"

namespace pagelab::load {

namespace {

constexpr uint32_t kKnownFlags = kMultibootPageAlign | kMultibootWantMemory | kMultibootWantVideo;
constexpr uint32_t kRequiredFlags = 0xffff; // those that a loader must know or refuse

// The leading fields, which every header has.
struct HeaderStart {
    uint32_t magic;
    uint32_t flags;
    uint32_t checksum;
};
static_assert(offsetof(MultibootHeader, header_addr) == sizeof(HeaderStart));

std::span<std::byte const> searched_part(std::span<std::byte const> image)
{
    return image.first(std::min<size_t>(image.size(), kMultibootSearchSize));
}

std::optional<size_t> find_header(std::span<std::byte const> image)
{
    auto const part = searched_part(image);
    for (size_t offset = 0; offset < part.size(); offset += 4) {
        if (struct_at<uint32_t>(part, offset) != kMultibootHeaderMagic)
            continue;
        auto const start = struct_at<HeaderStart>(part, offset);
        if (start && start->magic + start->flags + start->checksum == 0)
            return offset;
    }
    return {};
}

// The kernel as it lies in memory: `bytes`, zeroes up to the end of `memory`.
struct FlatKernel {
    PhysRange memory;
    PhysAddr entry;
    std::vector<std::byte> bytes;
};

Result<> check_flat(PhysRange memory, RamLayout const& ram)
{
    if (!ram.holds(memory))
        return fail("the kernel at {:#x} with {:#x} bytes does not fit into RAM ({})",
                    memory.start.value, memory.size, ram.describe());
    return {};
}

// load_end_addr 0 means the rest of the file, bss_end_addr 0 no bss.
Result<FlatKernel> flatten_addresses(std::span<std::byte const> image, size_t header_offset,
                                     RamLayout const& ram)
{
    constexpr size_t kAddressesSize = offsetof(MultibootHeader, video);
    auto const fields = slice(searched_part(image), header_offset, kAddressesSize);
    if (!fields)
        return fail("the multiboot header at {:#x} is cut off", header_offset);
    MultibootHeader header{};
    std::memcpy(&header, fields->data(), fields->size());

    uint64_t const before = uint64_t{header.header_addr} - header.load_addr;
    if (header.header_addr < header.load_addr || before > header_offset)
        return fail("multiboot load_addr {:#x} and header_addr {:#x} do not fit a header at {:#x} "
                    "of the file",
                    uint32_t{header.load_addr}, uint32_t{header.header_addr}, header_offset);
    auto const rest = image.subspan(header_offset - before);
    uint64_t const load_end =
        header.load_end_addr != 0 ? uint64_t{header.load_end_addr} : header.load_addr + rest.size();
    uint64_t const bss_end = header.bss_end_addr != 0 ? uint64_t{header.bss_end_addr} : load_end;
    if (load_end < header.load_addr || bss_end < load_end)
        return fail("multiboot load_addr {:#x}, load_end_addr {:#x} and bss_end_addr {:#x} do not "
                    "rise",
                    uint32_t{header.load_addr}, load_end, bss_end);
    auto const bytes = slice(rest, 0, load_end - header.load_addr);
    if (!bytes)
        return fail("the multiboot kernel is cut off at {} of {} bytes", rest.size(),
                    load_end - header.load_addr);

    PhysRange const memory{PhysAddr(header.load_addr), bss_end - header.load_addr};
    TRY(check_flat(memory, ram));
    if (!memory.holds(PhysAddr(header.entry_addr)))
        return fail("the multiboot entry {:#x} is not in the kernel, {:#x} bytes at {:#x}",
                    uint32_t{header.entry_addr}, memory.size, memory.start.value);
    return FlatKernel{memory, PhysAddr(header.entry_addr), {bytes->begin(), bytes->end()}};
}

Result<FlatKernel> flatten_elf(std::span<std::byte const> image, RamLayout const& ram)
{
    if (!is_elf(image))
        return fail("a multiboot header without address fields, but not in an ELF file");
    auto const elf = TRY(parse_elf(image));
    TRY(check_in_ram(elf, ram));
    auto const start = elf.segments.front().memory.start;
    FlatKernel kernel{{start, elf.segments.back().memory.end() - start}, {}, {}};
    TRY(check_flat(kernel.memory, ram)); // low and high segments have no RAM between them
    kernel.entry = TRY(physical_entry(elf));
    kernel.bytes.resize(kernel.memory.size);
    for (auto const& segment : elf.segments) {
        auto const at = static_cast<ptrdiff_t>(segment.memory.start - start);
        std::ranges::copy(segment.bytes, kernel.bytes.begin() + at);
    }
    return kernel;
}

} // namespace

bool is_multiboot(std::span<std::byte const> image)
{
    return find_header(image).has_value();
}

std::optional<uint64_t> multiboot_extent(std::span<std::byte const> head)
{
    size_t const offset = find_header(head).value();
    if ((struct_at<HeaderStart>(head, offset)->flags & kMultibootHasAddresses) == 0)
        return is_elf(head) ? elf_extent(head) : std::nullopt;
    auto const header = struct_at<MultibootHeader>(head, offset);
    if (!header || header->load_end_addr < header->header_addr)
        return std::nullopt; // with load_end_addr 0 as well
    return offset + (header->load_end_addr - header->header_addr);
}

Result<BootPlan> plan_multiboot(BootRequest const& request)
{
    size_t const offset = find_header(request.kernel).value();
    auto const flags = struct_at<HeaderStart>(request.kernel, offset)->flags;
    if (auto const unknown = flags & kRequiredFlags & ~kKnownFlags; unknown != 0)
        return fail("the multiboot header asks for unknown features, flags {:#x}", unknown);

    RamLayout const ram(request.low_ram);
    auto kernel =
        TRY((flags & kMultibootHasAddresses) != 0 ? flatten_addresses(request.kernel, offset, ram)
                                                  : flatten_elf(request.kernel, ram));
    kernel.bytes.resize(kernel.memory.size);
    BootPlan plan{.protocol = Protocol::Multiboot};
    plan.kernel_addr = static_cast<uint32_t>(kernel.memory.start.value);
    plan.kernel_entry = static_cast<uint32_t>(kernel.entry.value);
    plan.kernel_data = std::move(kernel.bytes);
    TRY(append_multiboot_data(plan, request, ram));
    return plan;
}

} // namespace pagelab::load
