#include "emu/load/elf_notes.hpp"

#include "tests/unit/load/load_test.hpp"

using namespace pagelab;
using namespace pagelab::test;
using load::find_pvh_entry;

namespace {

Bytes joined(std::initializer_list<Bytes> parts)
{
    Bytes all;
    for (auto const& part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

Bytes pvh_note(uint64_t entry = 0x10'0010)
{
    return build_note("Xen", kXenNoteEntry, load::bytes_of(entry));
}

auto entry_in(std::vector<TestSegment> segments)
{
    segments.insert(segments.begin(), {.paddr = 0x10'0000, .bss = 0x1000});
    auto const image = build_elf<Elf64>(0x10'0000, segments);
    return find_pvh_entry(load::parse_elf(image).value());
}

} // namespace

TEST_CASE("notes: the entry is found among others, in any note segment")
{
    auto const other = build_note("GNU", 3, numbered_bytes(20));
    auto const not_xen = build_note("Zen", kXenNoteEntry, numbered_bytes(8));
    auto const other_type = build_note("Xen", 5, numbered_bytes(7));
    auto const segment = note_segment(joined({other, not_xen, other_type, pvh_note(), other}));
    CHECK(entry_in({segment}).value() == PhysAddr(0x10'0010));
    CHECK(entry_in({note_segment(other), segment}).value() == PhysAddr(0x10'0010));
    CHECK(entry_in({note_segment(joined({other, not_xen, other_type}))}).value() == std::nullopt);
    CHECK(entry_in({note_segment({})}).value() == std::nullopt);
    CHECK(entry_in({}).value() == std::nullopt);
}

TEST_CASE("notes: four-byte descriptors, eight-byte alignment, unpadded ends")
{
    auto const four = build_note("Xen", kXenNoteEntry, load::bytes_of(uint32_t{0x10'0020}));
    CHECK(entry_in({note_segment(four)}).value() == PhysAddr(0x10'0020));

    auto const other = build_note("GNU", 5, numbered_bytes(20), 8);
    auto const eight = build_note("Xen", kXenNoteEntry, load::bytes_of(uint64_t{0x10'0030}), 8);
    CHECK(entry_in({note_segment(joined({other, eight}), 8)}).value() == PhysAddr(0x10'0030));

    auto unpadded = joined({pvh_note(), build_note("A", 1, {})});
    unpadded.resize(unpadded.size() - 2);
    CHECK(entry_in({note_segment(unpadded)}).value() == PhysAddr(0x10'0010));
}

TEST_CASE("notes: damage is an error, not a kernel without notes")
{
    auto const error = [](Bytes notes) { return error_of(entry_in({note_segment(notes)})); };
    auto cut = pvh_note();
    cut.resize(cut.size() - 1);
    CHECK(error(cut) == "the note at 0x0 of segment 1 has 4 and 8 bytes, the segment only 23");
    CHECK(error(joined({build_note("GNU", 1, {}), Bytes(11)})) ==
          "the note at 0x10 of segment 1 is cut off");
    auto huge = pvh_note();
    edit<ElfNoteHeader>(huge, 0, [](auto& note) { note.name_size = 0xffff'ffff; });
    CHECK(error(huge) != "");
    edit<ElfNoteHeader>(huge, 0, [](auto& note) {
        note.name_size = 4;
        note.descriptor_size = 0xffff'fffc;
    });
    CHECK(error(huge) != "");
    CHECK(error(Bytes(load::kMaxNoteBytes + 1)) ==
          "segment 1 has 1048577 bytes of notes, more than 1048576");
}

TEST_CASE("notes: an entry of a strange size or outside the kernel")
{
    auto const error = [](Bytes descriptor) {
        return error_of(
            entry_in({note_segment(build_note("Xen", kXenNoteEntry, std::move(descriptor)))}));
    };
    CHECK(error(numbered_bytes(6)) == "the PVH entry note has 6 bytes, neither 4 nor 8");
    CHECK(error(load::bytes_of(uint32_t{0x10'1000})) == "the PVH entry 0x101000 is in no segment");
    CHECK(error(load::bytes_of(uint64_t{0x1'0010'0000})) != "");
}
