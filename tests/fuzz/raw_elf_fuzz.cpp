// Damaged ELF files of neither protocol into the loaders.
#include <doctest/doctest.h>

#include "tests/fuzz/fuzz_one.hpp"
#include "tests/fuzz/loader_check.hpp"
#include "tests/support/boot_images.hpp"

using namespace pagelab;
using namespace pagelab::test;

namespace {

Bytes valid_image()
{
    return build_elf<Elf32>(
        0xc010'0000, {{.vaddr = 0xc010'0000, .paddr = 0x10'0000, .bytes = numbered_bytes(90)},
                      {.vaddr = 0xc010'1000, .paddr = 0x10'1000, .bss = 0x900}});
}

} // namespace

std::span<FuzzSeed const> fuzz_seeds()
{
    static FuzzSeed const seeds[] = {{valid_image(), 0, 52 + 2 * 32}};
    return seeds;
}

int fuzz_one(std::span<std::byte const> input)
{
    check_any_image(input);
    return 0;
}

TEST_CASE("undamaged, they boot")
{
    check_seeds(load::Protocol::RawElf32);
}
