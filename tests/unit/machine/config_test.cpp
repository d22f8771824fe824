// Settings: their defaults, --inject's argument, and the memory map that follows from the RAM.
#include "emu/machine/config.hpp"

#include <doctest/doctest.h>

using namespace pagelab;
using machine::parse_stuck_bit;

TEST_CASE("the defaults are a PC of 128 MiB with one processor")
{
    machine::MachineConfig const config;
    CHECK(config.ram_size == 0x800'0000);
    CHECK(config.cpus == 1);
    CHECK(config.cpu_model == "max");
    CHECK(config.lapic);
    CHECK(config.e820.empty());
    CHECK(config.stuck_bits.empty());
    CHECK(config.rtc_start == 1'767'225'600); // date -u -d 2026-01-01 +%s
}

TEST_CASE("a stuck bit is ADDRESS:BIT")
{
    auto const stuck = parse_stuck_bit("0x2000000:3");
    REQUIRE(stuck);
    CHECK(stuck->address == PhysAddr(0x200'0000));
    CHECK(stuck->bit == 3);
    CHECK(parse_stuck_bit("4096:0")->address == PhysAddr(4096));
    CHECK(parse_stuck_bit("0:7")->bit == 7);
    for (char const* text : {"", ":", "1", "1:", ":1", "1:8", "1:-1", "1:1:1", "x:1", "1:x", " 1:1",
                             "0x10000000000000000:1", "1:0x100000001"}) {
        CAPTURE(std::string(text));
        CHECK_FALSE(parse_stuck_bit(text));
    }
    CHECK(parse_stuck_bit("1:8").error().message == "stuck-bit '1:8': a byte has bits 0 to 7");
}

TEST_CASE("the default map is RAM below and above 4 GiB, and AMD's reserved range")
{
    auto const low = machine::default_e820(0x800'0000, 0);
    REQUIRE(low.size() == 2);
    CHECK(low[0].address == 0);
    CHECK(low[0].size == 0x800'0000);
    CHECK(low[0].type == kE820Usable);
    CHECK(low[1].address == 0xfd'0000'0000);
    CHECK(low[1].address + low[1].size == uint64_t{1} << 40);
    CHECK(low[1].type == kE820Reserved);
    auto const high = machine::default_e820(0xc000'0000, 0x4000'0000);
    REQUIRE(high.size() == 3);
    CHECK(high[1].address == uint64_t{1} << 32);
    CHECK(high[1].size == 0x4000'0000);
    CHECK(high[1].type == kE820Usable);
}
