#include "emu/load/initrd.hpp"

#include "tests/unit/load/load_test.hpp"

using namespace pagelab;
using namespace pagelab::test;
using load::BootPlan;
using load::Module;
using load::place_initrd;

TEST_CASE("initrd: page-aligned, as high as it may be")
{
    auto const bytes = numbered_bytes(5000);
    BootPlan plan;
    std::vector<Module> const modules = {{bytes, ""}};
    REQUIRE(place_initrd(plan, modules, PhysAddr(0x20'0000), PhysAddr(0x80'0000)));
    CHECK(plan.initrd_addr == 0x7f'e000);
    CHECK(plan.initrd_data == bytes);
}

TEST_CASE("initrd: several are joined at multiples of four bytes")
{
    Bytes const first = numbered_bytes(5);
    Bytes const second = numbered_bytes(3);
    BootPlan plan;
    std::vector<Module> const modules = {{first, "ignored"}, {second, ""}};
    REQUIRE(place_initrd(plan, modules, PhysAddr(0), PhysAddr(0x80'0000)));
    Bytes expected = first;
    expected.resize(8);
    expected.insert(expected.end(), second.begin(), second.end());
    CHECK(plan.initrd_data == expected);
}

TEST_CASE("initrd: none, or only empty ones, is no initrd")
{
    BootPlan plan;
    CHECK(place_initrd(plan, {}, PhysAddr(0), PhysAddr(0)));
    std::vector<Module> const modules = {{{}, "empty"}};
    CHECK(place_initrd(plan, modules, PhysAddr(0), PhysAddr(0)));
    CHECK(plan.initrd_addr == 0);
    CHECK(plan.initrd_data.empty());
}

TEST_CASE("initrd: fits to the byte or says so")
{
    auto const bytes = numbered_bytes(0x1000);
    std::vector<Module> const modules = {{bytes, ""}};
    BootPlan plan;
    CHECK(place_initrd(plan, modules, PhysAddr(0x20'0000), PhysAddr(0x20'1000)));
    CHECK(plan.initrd_addr == 0x20'0000);

    auto const error = [&](uint64_t kernel_end, uint64_t limit) {
        BootPlan unused;
        return error_of(place_initrd(unused, modules, PhysAddr(kernel_end), PhysAddr(limit)));
    };
    CHECK(error(0x20'0000, 0x20'0fff) ==
          "an initial RAM disk of 4096 bytes does not fit between 0x200000 and 0x200fff");
    CHECK(error(0x20'0001, 0x20'1800) != ""); // only by giving up the alignment
    CHECK(error(0x20'0000, 0x10'0000) != "");
    CHECK(error(0, 0x10'0fff) != ""); // not below 1 MiB
}
