// Damaged ELF files into the reader of headers and notes: whatever it accepts lies in the image.
#include <functional>

#include "emu/base/check.hpp"
#include "emu/load/elf.hpp"
#include "emu/load/elf_notes.hpp"
#include "tests/fuzz/fuzz_one.hpp"
#include "tests/support/boot_images.hpp"
#include "tests/support/boot_plan_check.hpp"

using namespace pagelab;
using namespace pagelab::test;

namespace {

template<class Class>
Bytes valid_image()
{
    auto const note = build_note("Xen", kXenNoteEntry, load::bytes_of(uint32_t{0x10'0000}));
    return build_elf<Class>(
        0x10'0000, {{.vaddr = 0x4010'0000, .paddr = 0x10'0000, .bytes = numbered_bytes(90)},
                    {.paddr = 0x10'2000, .bytes = numbered_bytes(40), .bss = 0x900},
                    note_segment(build_note("GNU", 5, numbered_bytes(20), 8), 8),
                    note_segment(note)});
}

bool is_within(std::span<std::byte const> inner, std::span<std::byte const> outer)
{
    std::less_equal<std::byte const*> const not_after;
    return not_after(outer.data(), inner.data()) &&
           not_after(inner.data() + inner.size(), outer.data() + outer.size());
}

template<class T>
void check_error(Result<T> const& result)
{
    if (!result)
        ENSURE(is_one_clear_line(result.error().message), "{}", result.error().message);
}

void check_segments(load::ElfImage const& elf, std::span<std::byte const> input)
{
    ENSURE(!elf.segments.empty(), "no segments");
    uint64_t free_from = 0;
    for (auto const& segment : elf.segments) {
        uint64_t const start = segment.memory.start.value;
        ENSURE(is_within(segment.bytes, input), "segment {}", segment.index);
        ENSURE(segment.bytes.size() <= segment.memory.size, "segment {}", segment.index);
        ENSURE(start >= free_from, "segment {} overlaps the last", segment.index);
        free_from = start + segment.memory.size;
        ENSURE(free_from > start, "segment {} wraps", segment.index);
    }
    for (auto const& notes : elf.notes)
        ENSURE(is_within(notes.bytes, input), "segment {}", notes.index);
}

void check_addresses(load::ElfImage const& elf)
{
    auto const entry = load::physical_entry(elf);
    check_error(entry);
    ENSURE(!entry || load::segment_at(elf, *entry) != nullptr, "entry in no segment");
    auto const pvh = load::find_pvh_entry(elf);
    check_error(pvh);
    ENSURE(!pvh || !*pvh || load::segment_at(elf, **pvh) != nullptr, "PVH entry in no segment");
}

} // namespace

std::span<FuzzSeed const> fuzz_seeds()
{
    static FuzzSeed const seeds[] = {
        {valid_image<Elf32>(), 0, 52 + 4 * 32},
        {valid_image<Elf64>(), 0, 64 + 4 * 56},
        {valid_image<Elf64>(), kElfDataAt + 136, kElfDataAt + 220}, // the notes
    };
    return seeds;
}

int fuzz_one(std::span<std::byte const> input)
{
    auto const elf = load::parse_elf(input);
    check_error(elf);
    if (elf) {
        check_segments(*elf, input);
        check_addresses(*elf);
        check_error(load::check_in_ram(*elf, load::RamLayout(0x14'0000)));
    }
    return 0;
}
