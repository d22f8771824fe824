// Four local APICs on a bus: who takes a message, by destination, shorthand and priority.
#include "emu/dev/apic_bus.hpp"

#include <string>

#include <doctest/doctest.h>

#include "tests/unit/dev/fakes.hpp"

using namespace pagelab::dev;

namespace {

constexpr uint32_t kCommandLow = 0x300, kCommandHigh = 0x310;

struct Rig {
    FakeClock clock;
    ApicBus bus{clock, 4};

    Rig()
    {
        for (unsigned cpu = 0; cpu < 4; ++cpu) {
            bus[cpu].mmio_write(0xf0, 0x1ff);
            bus[cpu].mmio_write(0xd0, 1u << (24 + cpu)); // flat: a bit each
        }
    }
    void command(unsigned from, uint32_t low, uint32_t destination = 0)
    {
        bus[from].mmio_write(kCommandHigh, destination << 24);
        bus[from].mmio_write(kCommandLow, low);
    }
    // Who has an interrupt pending, which is then served and ended.
    std::string takers()
    {
        std::string who;
        for (unsigned cpu = 0; cpu < 4; ++cpu) {
            while (bus[cpu].has_interrupt()) {
                bus[cpu].acknowledge();
                bus[cpu].mmio_write(0xb0, 0);
                who += static_cast<char>('0' + cpu);
            }
        }
        return who;
    }
};

} // namespace

TEST_CASE("apic bus: each knows its ID, and a physical destination is one of them or all")
{
    Rig rig;
    for (unsigned cpu = 0; cpu < 4; ++cpu)
        CHECK(rig.bus[cpu].mmio_read(0x20) == cpu << 24);
    rig.command(0, 0x40, 2);
    CHECK(rig.takers() == "2");
    rig.command(2, 0x40, 2);
    CHECK(rig.takers() == "2");
    rig.command(1, 0x40, 9);
    CHECK(rig.takers().empty());
    rig.command(1, 0x40, 0xff);
    CHECK(rig.takers() == "0123");
}

TEST_CASE("apic bus: logical destinations, flat and by cluster")
{
    Rig rig;
    rig.command(0, 0x840, 0b1010);
    CHECK(rig.takers() == "13");
    for (unsigned cpu = 0; cpu < 4; ++cpu) {
        rig.bus[cpu].mmio_write(0xe0, 0); // clusters of two
        rig.bus[cpu].mmio_write(0xd0, (cpu / 2 << 4 | 1u << cpu % 2) << 24);
    }
    rig.command(0, 0x840, 0x12);
    CHECK(rig.takers() == "3");
    rig.command(0, 0x840, 0x03);
    CHECK(rig.takers() == "01");
}

TEST_CASE("apic bus: shorthands")
{
    Rig rig;
    rig.command(1, 0x4'0040, 3); // self, whatever the destination
    CHECK(rig.takers() == "1");
    rig.command(1, 0x8'0040);
    CHECK(rig.takers() == "0123");
    rig.command(1, 0xc'0040);
    CHECK(rig.takers() == "023");
}

TEST_CASE("apic bus: lowest priority goes to one, the least busy that is enabled")
{
    Rig rig;
    rig.command(3, 0x940, 0xf);
    CHECK(rig.takers() == "0");
    rig.bus[0].mmio_write(0x80, 0x30); // task priority
    rig.bus[1].mmio_write(0x80, 0x20);
    rig.bus[2].mmio_write(0x80, 0x10);
    rig.command(0, 0x940, 0x7);
    CHECK(rig.takers() == "2");
    rig.bus[2].mmio_write(0xf0, 0xff); // disabled
    rig.command(0, 0x940, 0x7);
    CHECK(rig.takers() == "1");
    rig.bus[1].receive({.vector = 0x61});
    rig.bus[1].acknowledge(); // busy at 0x60, above task priority 0x30
    rig.command(0, 0x940, 0x3);
    CHECK(rig.takers() == "0");
}

TEST_CASE("apic bus: NMI, INIT and start-up wait to be taken, and come to a disabled APIC")
{
    Rig rig;
    rig.bus[1].reset();
    CHECK(rig.bus[1].mmio_read(0xf0) == 0xff);
    CHECK(rig.bus[1].mmio_read(0x20) == 1u << 24); // INIT leaves the ID
    rig.command(0, 0x400, 1);
    CHECK(rig.bus[1].has_nmi());
    CHECK(rig.bus[1].take_nmi());
    CHECK(!rig.bus[1].take_nmi());
    rig.command(0, 0x4600 | 0x9f, 1);
    rig.command(0, 0x4500, 1);
    CHECK(rig.bus[1].has_init_or_start_up());
    CHECK(!rig.bus[1].take_start_up()); // INIT comes later and undoes it
    rig.command(0, 0x4600 | 0x9f, 1);
    CHECK(rig.bus[1].take_init());
    CHECK(rig.bus[1].take_start_up() == 0x9f);
    CHECK(!rig.bus[1].has_init_or_start_up());
    rig.command(0, 0x8500, 1); // INIT level de-assert
    CHECK(!rig.bus[1].has_init_or_start_up());
    CHECK(!rig.bus[0].has_init_or_start_up());
}
