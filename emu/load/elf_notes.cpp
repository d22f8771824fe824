// A note is a header, a name and a descriptor, the latter two padded to the segment's alignment
// (gABI chapter 5, "Note Section"): 8 in segments aligned to 8, else 4.
#include "emu/load/elf_notes.hpp"

#include <algorithm>
#include <array>

#include "emu/load/bytes.hpp"
#include "guestkernel/abi/boot/elf.hpp"
#include "guestkernel/abi/boot/pvh.hpp"

namespace pagelab::load {

namespace {

constexpr std::array kXenOwner = {std::byte{'X'}, std::byte{'e'}, std::byte{'n'}, std::byte{0}};

Result<PhysAddr> entry_of(ElfImage const& elf, std::span<std::byte const> descriptor)
{
    uint64_t address = 0;
    if (descriptor.size() == sizeof(uint32_t))
        address = *struct_at<uint32_t>(descriptor, 0);
    else if (descriptor.size() == sizeof(uint64_t))
        address = *struct_at<uint64_t>(descriptor, 0);
    else
        return fail("the PVH entry note has {} bytes, neither 4 nor 8", descriptor.size());
    if (segment_at(elf, PhysAddr(address)) == nullptr)
        return fail("the PVH entry {:#x} is in no segment", address);
    return PhysAddr(address);
}

// One note, taken off the front of `rest`; its descriptor if it is the one looked for.
Result<std::optional<std::span<std::byte const>>> next_note(std::span<std::byte const>& rest,
                                                            ElfNoteSegment const& segment)
{
    uint64_t const mask = segment.alignment == 8 ? 7 : 3;
    auto const padded = [mask](uint64_t size) { return (size + mask) & ~mask; };
    auto const at = segment.bytes.size() - rest.size();
    auto const header = struct_at<ElfNoteHeader>(rest, 0);
    if (!header)
        return fail("the note at {:#x} of segment {} is cut off", at, segment.index);
    uint64_t const descriptor_at = padded(sizeof(ElfNoteHeader) + header->name_size);
    auto const name = slice(rest, sizeof(ElfNoteHeader), header->name_size);
    auto const descriptor = slice(rest, descriptor_at, header->descriptor_size);
    if (!name || !descriptor)
        return fail("the note at {:#x} of segment {} has {} and {} bytes, the segment only {}", at,
                    segment.index, uint32_t{header->name_size}, uint32_t{header->descriptor_size},
                    segment.bytes.size());
    uint64_t const end = padded(descriptor_at + header->descriptor_size);
    rest = rest.subspan(std::min<uint64_t>(end, rest.size()));
    if (header->type == kXenNoteEntry && std::ranges::equal(*name, kXenOwner))
        return descriptor;
    return std::nullopt;
}

} // namespace

Result<std::optional<PhysAddr>> find_pvh_entry(ElfImage const& elf)
{
    for (auto const& segment : elf.notes) {
        if (segment.bytes.size() > kMaxNoteBytes)
            return fail("segment {} has {} bytes of notes, more than {}", segment.index,
                        segment.bytes.size(), kMaxNoteBytes);
        auto rest = segment.bytes;
        while (!rest.empty()) {
            if (auto const descriptor = TRY(next_note(rest, segment)))
                return TRY(entry_of(elf, *descriptor));
        }
    }
    return std::nullopt;
}

} // namespace pagelab::load
