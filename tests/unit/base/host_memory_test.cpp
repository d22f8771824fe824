#include "emu/base/host_memory.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <doctest/doctest.h>

using namespace pagelab;

TEST_CASE("memory is zeroed, writable to its last byte and begins at a page")
{
    constexpr size_t kSize = (3 << 20) + 5;
    for (HostPages const pages : {HostPages::Small, HostPages::Huge}) {
        auto const memory = HostMemory::create(kSize, pages).value();
        REQUIRE(memory.size() == kSize);
        size_t const alignment = pages == HostPages::Huge ? 2 << 20 : 4096;
        CHECK(reinterpret_cast<uintptr_t>(memory.data()) % alignment == 0);
        std::span<std::byte const> const bytes = memory;
        CHECK(std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; }));
        std::fill_n(memory.data(), kSize, std::byte{0x5a});
        CHECK(bytes.back() == std::byte{0x5a});
    }
}

TEST_CASE("memory moves with its bytes where they are")
{
    auto first = HostMemory::create(10, HostPages::Small).value();
    std::byte* const bytes = first.data();
    HostMemory second = std::move(first);
    CHECK(second.data() == bytes);
    CHECK(first.size() == 0);
    HostMemory third;
    third = std::move(second);
    CHECK(third.data() == bytes);
    CHECK(third.size() == 10);
}

TEST_CASE("no memory, and more than there can be")
{
    CHECK(HostMemory::create(0, HostPages::Huge).value().size() == 0);
    auto const refused = HostMemory::create(uint64_t{1} << 60, HostPages::Small);
    REQUIRE(!refused);
    CHECK(refused.error().message == "the host has no address space for 1152921504606846976 bytes");
}
