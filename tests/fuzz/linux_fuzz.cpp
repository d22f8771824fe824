// Damaged bzImages into the Linux loader.
#include <doctest/doctest.h>

#include "tests/fuzz/fuzz_one.hpp"
#include "tests/fuzz/loader_check.hpp"
#include "tests/support/boot_images.hpp"

using namespace pagelab;
using namespace pagelab::test;

namespace {

// A kernel that is relocatable, can be far away, and wants more memory than it has bytes.
Bytes recent_bzimage()
{
    auto image = build_bzimage();
    edit<LinuxSetupHeader>(image, kLinuxHeaderOffset, [](auto& header) {
        header.version = 0x20f;
        header.relocatable_kernel = 1;
        header.xloadflags = kLinuxLoadAbove4G;
        header.pref_address = 0x10'8000;
        header.init_size = 0x1'0000;
    });
    return image;
}

} // namespace

std::span<FuzzSeed const> fuzz_seeds()
{
    static FuzzSeed const seeds[] = {
        {build_bzimage(), kLinuxHeaderOffset, kLinuxHeaderOffset + sizeof(LinuxSetupHeader)},
        {recent_bzimage(), kLinuxHeaderOffset, kLinuxHeaderOffset + sizeof(LinuxSetupHeader)},
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
    check_seeds(load::Protocol::Linux);
}
