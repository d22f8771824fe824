#include "guestkernel/abi/address.hpp"

#include <type_traits>

#include <doctest/doctest.h>

using namespace pagelab;

TEST_CASE("addresses of different kinds do not mix")
{
    static_assert(!std::is_convertible_v<PhysAddr, VirtAddr>);
    static_assert(!std::is_constructible_v<PhysAddr, VirtAddr>);
    static_assert(!std::is_convertible_v<uint64_t, PhysAddr>);
    static_assert(!std::is_constructible_v<Pfn, PhysAddr>);
}

TEST_CASE("arithmetic keeps the kind")
{
    auto const address = PhysAddr(0x1234) + 0x1000;
    CHECK(address.value == 0x2234);
    CHECK(address.page_offset() == 0x234);
    CHECK(address.page_start() == PhysAddr(0x2000));
    CHECK(address - PhysAddr(0x2000) == 0x234);
    CHECK(phys_to_pfn(address) == Pfn(2));
}
