// Reading the headers, one template over the class.
#include "emu/load/elf.hpp"

#include <algorithm>

#include "emu/load/bytes.hpp"
#include "guestkernel/abi/boot/elf.hpp"

namespace pagelab::load {

namespace {

template<class Header>
Result<> check_header(Header const& header, uint16_t machine, size_t segment_size)
{
    if (header.ident.data != kElfLittleEndian || header.ident.version != kElfVersion)
        return fail("the ELF header has data encoding {} and version {}, not 1 and 1",
                    header.ident.data, header.ident.version);
    if (header.machine != machine)
        return fail("the ELF file is for machine {}, not {}", uint16_t{header.machine}, machine);
    if (header.type != kElfExecutable && header.type != kElfShared)
        return fail("the ELF file is of type {}, not an executable", uint16_t{header.type});
    if (header.segment_entry_size != segment_size)
        return fail("the ELF header has program headers of {} bytes, not {}",
                    uint16_t{header.segment_entry_size}, segment_size);
    if (header.segment_count > kMaxElfSegments)
        return fail("the ELF header has {} program headers, more than {}",
                    uint16_t{header.segment_count}, kMaxElfSegments);
    return {};
}

template<class Header>
Result<> add_segment(ElfImage& elf, std::span<std::byte const> image, Header const& header,
                     size_t index)
{
    if (header.type != kElfLoad && header.type != kElfNote)
        return {};
    uint64_t const offset = header.offset;
    uint64_t const file_size = header.file_size;
    auto const bytes = slice(image, offset, file_size);
    if (!bytes)
        return fail("segment {} has {} bytes at {:#x} of the file, which ends at {:#x}", index,
                    file_size, offset, image.size());
    if (header.type == kElfNote) {
        elf.notes.push_back({index, header.alignment, *bytes});
        return {};
    }
    uint64_t const memory_size = header.memory_size;
    uint64_t const paddr = header.paddr;
    if (file_size > memory_size)
        return fail("segment {} has {} bytes in the file, more than its {} in memory", index,
                    file_size, memory_size);
    if (memory_size > UINT64_MAX - paddr)
        return fail("segment {} at {:#x} with {:#x} bytes wraps around", index, paddr, memory_size);
    if (memory_size > 0)
        elf.segments.push_back({index, header.flags, VirtAddr(header.vaddr),
                                PhysRange{PhysAddr(paddr), memory_size}, *bytes});
    return {};
}

Result<> check_disjoint(std::vector<ElfSegment> const& sorted)
{
    for (size_t i = 1; i < sorted.size(); i++) {
        if (sorted[i - 1].memory.overlaps(sorted[i].memory))
            return fail("segments {} and {} overlap at {:#x}", sorted[i - 1].index, sorted[i].index,
                        sorted[i].memory.start.value);
    }
    return {};
}

template<class Class>
Result<ElfImage> parse_class(std::span<std::byte const> image, ElfClass elf_class)
{
    using Segment = Class::Segment;
    auto const header = struct_at<typename Class::Header>(image, 0);
    if (!header)
        return fail("the ELF header is cut off at {} bytes", image.size());
    TRY(check_header(*header, Class::machine, sizeof(Segment)));

    ElfImage elf{.elf_class = elf_class, .entry = header->entry, .segments = {}, .notes = {}};
    auto const table =
        slice(image, header->segments_offset, uint64_t{header->segment_count} * sizeof(Segment));
    if (!table)
        return fail("the ELF file has {} program headers at {:#x}, but ends at {:#x}",
                    uint16_t{header->segment_count}, uint64_t{header->segments_offset},
                    image.size());
    for (size_t i = 0; i < header->segment_count; i++)
        TRY(add_segment(elf, image, *struct_at<Segment>(*table, i * sizeof(Segment)), i));
    if (elf.segments.empty())
        return fail("the ELF file has nothing to load");
    std::ranges::sort(elf.segments, {}, [](auto const& s) { return s.memory.start.value; });
    TRY(check_disjoint(elf.segments));
    return elf;
}

template<class Class>
std::optional<uint64_t> extent_of_class(std::span<std::byte const> head)
{
    using Segment = Class::Segment;
    auto const header = struct_at<typename Class::Header>(head, 0);
    if (!header || header->segment_entry_size != sizeof(Segment))
        return std::nullopt;
    uint64_t const size = uint64_t{header->segment_count} * sizeof(Segment);
    auto const table = slice(head, header->segments_offset, size);
    if (!table)
        return std::nullopt;
    uint64_t end = header->segments_offset + size;
    for (size_t i = 0; i < header->segment_count; i++) {
        auto const segment = *struct_at<Segment>(*table, i * sizeof(Segment));
        uint64_t const offset = segment.offset, file_size = segment.file_size;
        if (segment.type != kElfLoad && segment.type != kElfNote)
            continue;
        if (file_size > UINT64_MAX - offset)
            return std::nullopt;
        end = std::max(end, offset + file_size);
    }
    return end;
}

} // namespace

std::optional<uint64_t> elf_extent(std::span<std::byte const> head)
{
    auto const ident = struct_at<ElfIdent>(head, 0);
    if (!ident)
        return std::nullopt;
    return ident->file_class == kElfClass64 ? extent_of_class<Elf64>(head)
                                            : extent_of_class<Elf32>(head);
}

bool is_elf(std::span<std::byte const> image)
{
    return struct_at<uint32_t>(image, 0) == kElfMagic;
}

Result<ElfImage> parse_elf(std::span<std::byte const> image)
{
    auto const ident = struct_at<ElfIdent>(image, 0);
    if (!ident)
        return fail("the ELF header is cut off at {} bytes", image.size());
    if (ident->magic != kElfMagic)
        return fail("not an ELF file: it begins with {:#010x}", uint32_t{ident->magic});
    switch (ident->file_class) {
    case kElfClass32:
        return parse_class<Elf32>(image, ElfClass::Elf32);
    case kElfClass64:
        return parse_class<Elf64>(image, ElfClass::Elf64);
    default:
        return fail("the ELF header has class {}, neither 1 nor 2", ident->file_class);
    }
}

Result<> check_in_ram(ElfImage const& elf, RamLayout const& ram)
{
    for (auto const& segment : elf.segments) {
        if (!ram.holds(segment.memory))
            return fail("segment {} at {:#x} with {:#x} bytes does not fit into RAM ({})",
                        segment.index, segment.memory.start.value, segment.memory.size,
                        ram.describe());
    }
    return {};
}

Result<PhysAddr> physical_entry(ElfImage const& elf)
{
    for (auto const& segment : elf.segments) {
        auto const offset = VirtAddr(elf.entry) - segment.vaddr;
        if ((segment.flags & kElfExecute) != 0 && offset < segment.memory.size)
            return segment.memory.start + offset;
    }
    if (segment_at(elf, PhysAddr(elf.entry)) == nullptr)
        return fail("the ELF entry {:#x} is in no segment", elf.entry);
    return PhysAddr(elf.entry);
}

ElfSegment const* segment_at(ElfImage const& elf, PhysAddr address)
{
    for (auto const& segment : elf.segments) {
        if (segment.memory.holds(address))
            return &segment;
    }
    return nullptr;
}

} // namespace pagelab::load
