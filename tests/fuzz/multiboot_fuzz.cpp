// Damaged multiboot kernels into the loaders, also with the checksum made right again.
#include <doctest/doctest.h>

#include "tests/fuzz/fuzz_one.hpp"
#include "tests/fuzz/loader_check.hpp"
#include "tests/support/boot_images.hpp"

using namespace pagelab;
using namespace pagelab::test;

namespace {

// The first thing that looks like a header becomes one.
void repair_checksum(Bytes& image)
{
    for (size_t at = 0; at + 12 <= image.size(); at += 4) {
        if (load::struct_at<uint32_t>(image, at) != kMultibootHeaderMagic)
            continue;
        auto const flags = load::struct_at<uint32_t>(image, at + 4).value();
        load::put_struct(image, at + 8, 0u - kMultibootHeaderMagic - flags);
        return;
    }
}

} // namespace

std::span<FuzzSeed const> fuzz_seeds()
{
    static FuzzSeed const seeds[] = {
        {build_multiboot_flat(), kFlatHeaderAt, kFlatHeaderAt + 32},
        {build_multiboot_elf<Elf32>(), 0, 52 + 32},
        {build_multiboot_elf<Elf64>(0, 0xffff'ffff'8000'0000), 0, 64 + 56},
        {build_multiboot_elf<Elf32>(), kElfDataAt, kElfDataAt + 12},
    };
    return seeds;
}

int fuzz_one(std::span<std::byte const> input)
{
    check_any_image(input);
    Bytes repaired(input.begin(), input.end());
    repair_checksum(repaired);
    if (!std::ranges::equal(repaired, input))
        check_any_image(repaired);
    return 0;
}

TEST_CASE("undamaged, they boot")
{
    check_seeds(load::Protocol::Multiboot);
}
