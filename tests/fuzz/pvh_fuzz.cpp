// Damaged ELF files with a PVH note into the loaders.
#include <doctest/doctest.h>

#include "tests/fuzz/fuzz_one.hpp"
#include "tests/fuzz/loader_check.hpp"
#include "tests/support/boot_images.hpp"

using namespace pagelab;
using namespace pagelab::test;

namespace {

// Below 1 MiB, near the command line's place.
Bytes low_image()
{
    auto const note = build_note("Xen", kXenNoteEntry, load::bytes_of(uint32_t{0x1'1000}));
    return build_elf<Elf32>(
        0x1'1000, {{.paddr = 0x1'1000, .bytes = numbered_bytes(80), .bss = 9}, note_segment(note)});
}

} // namespace

std::span<FuzzSeed const> fuzz_seeds()
{
    static FuzzSeed const seeds[] = {
        {build_pvh(), 0, 64 + 3 * 56},
        {build_pvh(), build_pvh().size() - 32, build_pvh().size()}, // the note
        {low_image(), 0, 52 + 2 * 32},
    };
    return seeds;
}

int fuzz_one(std::span<std::byte const> input)
{
    check_any_image(input);
    return 0;
}

TEST_CASE("undamaged, they boot")
{
    check_seeds(load::Protocol::Pvh);
}
