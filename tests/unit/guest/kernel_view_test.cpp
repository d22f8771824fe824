#include "emu/guest/kernel_view.hpp"

#include <doctest/doctest.h>

#include "tests/unit/guest/fake_kernel.hpp"

using namespace pagelab;
using namespace pagelab::guest;
using namespace pagelab::guest::test;

constexpr VirtAddr kObject{0x8000};

TEST_CASE("fields are widened as their type says")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CAPTURE(std::string(name));
        FakeKernel kernel(name);
        kernel.set(kObject, "outer", "negative", 0xfd);
        kernel.set(kObject, "outer", "deep", 0x8000);
        kernel.set(kObject, "outer", "color", 0xfe);
        kernel.set(kObject, "outer", "counter", ~uint64_t{0});
        kernel.set(kObject, "outer", "name", 0xfffff000);
        kernel.set(kObject, "outer", "free_list[3][2].prev", 0x1234);
        CHECK(kernel.get(kObject, "outer", "negative") == static_cast<uint64_t>(-3));
        CHECK(kernel.get(kObject, "outer", "deep") == static_cast<uint64_t>(-0x8000));
        CHECK(kernel.get(kObject, "outer", "color") == 0xfe);
        CHECK(kernel.get(kObject, "outer", "counter") ==
              (kernel.word() == 8 ? ~uint64_t{0} : 0xffff'ffff));
        CHECK(kernel.get(kObject, "outer", "name") == 0xfffff000);
        CHECK(kernel.get(kObject, "outer", "free_list[3][2].prev") == 0x1234);
        auto const view = kernel.view();
        CHECK(view.read_field(kObject, "outer", "lru").error().message ==
              "outer.lru: a struct or an array is no number");
        CHECK(!view.read_field(kObject, "outer", "text"));
        CHECK(!view.read_field(kObject, "outer", "nothing"));
    }
}

TEST_CASE("addresses have the guest's width")
{
    FakeKernel const narrow("sample-i686");
    CHECK(narrow.view().advance(VirtAddr(0xffff'fff0), 0x20) == VirtAddr(0x10));
    FakeKernel const wide("sample-x86_64");
    CHECK(wide.view().advance(VirtAddr(0xffff'fff0), 0x20) == VirtAddr(0x1'0000'0010));
}

TEST_CASE("strings end at NUL, at the limit, or at the end of the map")
{
    FakeKernel kernel("sample-x86_64");
    kernel.write_string(kObject, "Normal");
    CHECK(kernel.view().read_string(kObject, 16).value() == "Normal");
    CHECK(kernel.view().read_string(kObject, 3).value() == "Nor");
    kernel.write(VirtAddr(FakeKernel::kMapped - 2), 0x4141, 2);
    CHECK(kernel.view().read_string(VirtAddr(FakeKernel::kMapped - 2), 2).value() == "AA");
    CHECK(kernel.view().read_string(VirtAddr(FakeKernel::kMapped - 2), 3).error().message ==
          "address 0x600000: not present");
}

TEST_CASE("a number may straddle pages that lie apart")
{
    FakeKernel kernel("sample-x86_64");
    // Virtual 6 MiB and the page after it, as 4 KiB pages in descending physical order.
    auto& memory = kernel.memory();
    memory.write(PhysAddr(0x3018), 0x4003);
    memory.write(PhysAddr(0x4000), 0x7003);
    memory.write(PhysAddr(0x4008), 0x6003);
    memory.write(PhysAddr(0x7ffc), 0x1111'1111, 4);
    memory.write(PhysAddr(0x6000), 0x2222'2222, 4);
    VirtAddr const straddling(0x60'0ffc);
    CHECK(kernel.view().read_unsigned(straddling, 8).value() == 0x2222'2222'1111'1111);
    CHECK(kernel.view().read_unsigned(straddling, 5).value() == 0x22'1111'1111);
    CHECK(kernel.view().memory().mapped_run(straddling) == 4);
    CHECK(kernel.view().memory().mapped_run(VirtAddr(0x60'2000)) == 0);
    CHECK(kernel.view().memory().mapped_run(VirtAddr(0x10'0000)) == 0x10'0000);
    CHECK(kernel.view().memory().unmapped_run(straddling) == 0);
    CHECK(kernel.view().memory().unmapped_run(VirtAddr(0x60'2010)) == 0xff0);
    CHECK(kernel.view().memory().unmapped_run(VirtAddr(0x90'0000)) == 0x10'0000);
    uint64_t const terabyte = uint64_t{1} << 40;
    CHECK(kernel.view().memory().unmapped_run(VirtAddr(terabyte)) == terabyte / 2);
    CHECK(kernel.view().memory().unmapped_run(VirtAddr(uint64_t{1} << 47)) ==
          ~uint64_t{0} - (uint64_t{1} << 48) + 1); // to the upper half
    CHECK(!kernel.view().read_unsigned(VirtAddr(0x60'1ffc), 8));
    CHECK(!kernel.view().read_unsigned(VirtAddr(0x8000'0000'0000), 8));
    CHECK(!kernel.view().read_unsigned(straddling, 0));
    CHECK(!kernel.view().read_unsigned(straddling, 9));
}
