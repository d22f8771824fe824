#include "emu/mem/physical_memory.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace pagelab;
using mem::PhysicalMemory;

namespace {

std::vector<std::byte> const kRom(0x1'0000, std::byte{0xea});

PhysicalMemory make(uint64_t size)
{
    auto memory = PhysicalMemory::create(size, kRom);
    REQUIRE(memory.has_value());
    return std::move(*memory);
}

void put(PhysicalMemory& memory, uint64_t address, uint64_t value)
{
    memory.write(PhysAddr(address), std::as_bytes(std::span(&value, 1)));
}

} // namespace

TEST_CASE("holes read as all ones and swallow writes")
{
    auto memory = make(128u << 20);
    for (uint64_t const hole : {0xa'0000, 0xb'7ff8, 0xc'0000, 0xe'fff8, 0x800'0000}) {
        put(memory, hole, 0x1234);
        CHECK(memory.read_u64(PhysAddr(hole)) == ~uint64_t{0});
    }
    CHECK(memory.read_u64(PhysAddr(uint64_t{1} << 40)) == ~uint64_t{0});
}

TEST_CASE("RAM keeps what is written, up to its last byte")
{
    auto memory = make(128u << 20);
    for (uint64_t const address : {0x0, 0x9'fff8, 0xb'8000, 0x10'0000, 0x7ff'fff8}) {
        put(memory, address, 0x0102'0304'0506'0708);
        CHECK(memory.read_u64(PhysAddr(address)) == 0x0102'0304'0506'0708);
        CHECK(memory.read_u32(PhysAddr(address)) == 0x0506'0708);
    }
}

TEST_CASE("an access may straddle the end of RAM")
{
    auto memory = make(128u << 20);
    put(memory, 0x7ff'fffc, 0x1111'2222'3333'4444);
    CHECK(memory.read_u64(PhysAddr(0x7ff'fffc)) == 0xffff'ffff'3333'4444);
}

TEST_CASE("ROM is at the end of 1 MiB and of 4 GiB and cannot be written")
{
    auto memory = make(128u << 20);
    for (uint64_t const address : {uint64_t{0xf'fff0}, uint64_t{0xffff'fff0}, uint64_t{0xf'0000}}) {
        put(memory, address, 0);
        CHECK(memory.read_u32(PhysAddr(address)) == 0xeaea'eaea);
    }
}

TEST_CASE("3.5 GiB and more leave a PCI hole; the rest is above 4 GiB")
{
    struct Case {
        uint64_t size, low, high;
    };
    for (auto const& [size, low, high] :
         {Case{0xdfff'f000, 0xdfff'f000, 0}, Case{0xe000'0000, 0xc000'0000, 0x2000'0000},
          Case{uint64_t{4} << 30, 0xc000'0000, 0x4000'0000},
          Case{uint64_t{64} << 30, 0xc000'0000, uint64_t{61} << 30}}) {
        auto memory = make(size);
        CHECK(memory.low_ram_end().value == low);
        CHECK(memory.high_ram_size() == high);
        CHECK(memory.read_u32(PhysAddr(low)) == 0xffff'ffff);
        if (high != 0) {
            put(memory, 0x1'0000'0000 + high - 8, 42);
            CHECK(memory.read_u64(PhysAddr(0x1'0000'0000 + high - 8)) == 42);
        }
    }
}

TEST_CASE("impossible sizes are refused in one line")
{
    for (uint64_t const size :
         {uint64_t{0}, uint64_t{15} << 20, (uint64_t{16} << 20) + 1, (uint64_t{64} << 30) + 4096})
        CHECK(!PhysicalMemory::create(size, kRom));
    CHECK(!PhysicalMemory::create(1u << 25, {}));
    CHECK(!PhysicalMemory::create(1u << 25, std::vector<std::byte>(1000)));
}
