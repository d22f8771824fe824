#include "emu/dev/pit.hpp"

#include <doctest/doctest.h>

#include "tests/unit/dev/fakes.hpp"

using namespace pagelab::dev;

namespace {

struct Rig {
    FakeClock clock;
    FakeLine irq0;
    Pit pit{clock, irq0};

    void at_tick(uint64_t tick)
    {
        clock.now = pit_tick_ns(tick);
        pit.advance_to(clock.now);
    }
    void program(unsigned channel, uint8_t mode, uint16_t count, uint8_t bcd = 0)
    {
        out8(pit, 0x43, channel << 6 | 0x30 | mode << 1 | bcd);
        out8(pit, static_cast<uint16_t>(0x40 + channel), count);
        out8(pit, static_cast<uint16_t>(0x40 + channel), count >> 8);
    }
    unsigned read(unsigned channel)
    {
        auto const port = static_cast<uint16_t>(0x40 + channel);
        out8(pit, 0x43, channel << 6);
        unsigned const low = in8(pit, port);
        return low | unsigned{in8(pit, port)} << 8;
    }
    bool out2() { return in8(pit, 0x61) & 0x20; }
};

} // namespace

TEST_CASE("pit: ticks and nanoseconds convert exactly, without drift")
{
    CHECK(pit_ticks(1'000'000'000) == 1'193'182);
    CHECK(pit_tick_ns(1'193'182) == 1'000'000'000);
    CHECK(pit_ticks(3'600'000'000'000'000) == uint64_t{3'600'000} * 1'193'182);
    for (uint64_t tick : {uint64_t{0}, uint64_t{1}, uint64_t{65536}, uint64_t{1} << 44}) {
        CHECK(pit_ticks(pit_tick_ns(tick)) == tick);
        if (tick != 0)
            CHECK(pit_ticks(pit_tick_ns(tick) - 1) == tick - 1);
    }
}

TEST_CASE("pit: mode 2 interrupts once a period and reloads")
{
    Rig rig;
    rig.program(0, 2, 1000);
    CHECK(rig.irq0.level);
    unsigned const rises = rig.irq0.rises;
    CHECK(rig.pit.next_event_ns() == pit_tick_ns(1000)); // loaded at 1, low at 1 + 999
    rig.at_tick(1);
    CHECK(rig.read(0) == 1000);
    rig.at_tick(500);
    CHECK(rig.read(0) == 501);
    rig.at_tick(1000);
    CHECK(rig.read(0) == 1);
    CHECK(!rig.irq0.level);
    rig.at_tick(1001);
    CHECK(rig.read(0) == 1000);
    CHECK(rig.irq0.rises == rises + 1);
    for (unsigned period = 2; period <= 10; ++period)
        rig.at_tick(1 + 1000 * period);
    CHECK(rig.irq0.rises == rises + 10);
}

TEST_CASE("pit: a late look at mode 2 still gives an edge, and lands on the level of the moment")
{
    Rig rig;
    rig.program(0, 2, 100);
    unsigned const rises = rig.irq0.rises;
    rig.at_tick(100'000'050);
    CHECK(rig.irq0.rises == rises + 1);
    CHECK(rig.irq0.level);
    rig.at_tick(100'000'051 + 49); // low: loaded at 1
    CHECK(!rig.irq0.level);
    CHECK(rig.irq0.rises == rises + 1);
    rig.at_tick(100'000'051 + 349); // low again, three periods on
    CHECK(!rig.irq0.level);
    CHECK(rig.irq0.rises == rises + 2);
}

TEST_CASE("pit: a new count in mode 2 waits for the end of the period")
{
    Rig rig;
    rig.program(0, 2, 100);
    rig.at_tick(50);
    out8(rig.pit, 0x40, 10);
    out8(rig.pit, 0x40, 0);
    rig.at_tick(90);
    CHECK(rig.read(0) == 11);
    rig.at_tick(101);
    CHECK(rig.read(0) == 10);
    CHECK(rig.pit.next_event_ns() == pit_tick_ns(110));
    rig.at_tick(111);
    CHECK(rig.read(0) == 10);
}

TEST_CASE("pit: mode 3 is a square wave; odd counts are one tick longer high")
{
    Rig rig;
    rig.program(0, 3, 10);
    rig.at_tick(1);
    CHECK(rig.read(0) == 10);
    rig.at_tick(5);
    CHECK(rig.read(0) == 2);
    CHECK(rig.irq0.level);
    CHECK(rig.pit.next_event_ns() == pit_tick_ns(6));
    rig.at_tick(6);
    CHECK(rig.read(0) == 10);
    CHECK(!rig.irq0.level);
    rig.at_tick(11);
    CHECK(rig.irq0.level);

    rig.program(0, 3, 5);
    rig.at_tick(12); // loaded
    CHECK(rig.read(0) == 4);
    rig.at_tick(14);
    CHECK(rig.read(0) == 0);
    CHECK(rig.irq0.level);
    rig.at_tick(15);
    CHECK(rig.read(0) == 4);
    CHECK(!rig.irq0.level);
    rig.at_tick(17);
    CHECK(rig.irq0.level);
}

TEST_CASE("pit: mode 0 on counter 2, as kernels calibrate the TSC")
{
    Rig rig;
    out8(rig.pit, 0x61, 0x01);
    rig.program(2, 0, 11932); // 10 ms
    CHECK(!rig.out2());
    rig.at_tick(11932);
    CHECK(rig.read(2) == 1);
    CHECK(!rig.out2());
    rig.at_tick(11933);
    CHECK(rig.out2());
    CHECK(rig.read(2) == 0);
    rig.at_tick(11934);
    CHECK(rig.read(2) == 0xffff);
    CHECK(rig.out2());
    CHECK((in8(rig.pit, 0x61) & 0x0f) == 0x01);
}

TEST_CASE("pit: the gate pauses mode 0 and restarts mode 2")
{
    Rig rig;
    rig.program(2, 0, 100); // gate low since reset
    rig.at_tick(1000);
    CHECK(rig.read(2) == 100);
    out8(rig.pit, 0x61, 0x01);
    rig.at_tick(1030);
    CHECK(rig.read(2) == 70);
    out8(rig.pit, 0x61, 0x00);
    rig.at_tick(5000);
    CHECK(rig.read(2) == 70);
    CHECK(!rig.out2());
    out8(rig.pit, 0x61, 0x01);
    rig.at_tick(5069);
    CHECK(!rig.out2());
    rig.at_tick(5070);
    CHECK(rig.out2());

    rig.program(2, 2, 100);
    rig.at_tick(5111);
    CHECK(rig.read(2) == 60);
    out8(rig.pit, 0x61, 0x00);
    CHECK(rig.out2());
    rig.at_tick(6000);
    out8(rig.pit, 0x61, 0x01);
    rig.at_tick(6001);
    CHECK(rig.read(2) == 100);
}

TEST_CASE("pit: modes 1 and 5 wait for the gate's edge, which also retriggers")
{
    Rig rig;
    out8(rig.pit, 0x61, 0x01);
    rig.program(2, 1, 20);
    rig.at_tick(100);
    CHECK(rig.out2());
    out8(rig.pit, 0x61, 0x00);
    out8(rig.pit, 0x61, 0x01);
    CHECK(rig.out2());
    rig.at_tick(101);
    CHECK(!rig.out2());
    rig.at_tick(115);
    out8(rig.pit, 0x61, 0x00); // low again does not stop it
    out8(rig.pit, 0x61, 0x01); // this restarts it
    rig.at_tick(135);
    CHECK(!rig.out2());
    rig.at_tick(136);
    CHECK(rig.out2());

    rig.program(2, 5, 20);
    rig.at_tick(200);
    out8(rig.pit, 0x61, 0x00);
    out8(rig.pit, 0x61, 0x01);
    rig.at_tick(220);
    CHECK(rig.out2());
    rig.at_tick(221);
    CHECK(!rig.out2());
    rig.at_tick(222);
    CHECK(rig.out2());
}

TEST_CASE("pit: mode 4 strobes once: Linux' one-shot clock event")
{
    Rig rig;
    rig.program(0, 4, 50);
    unsigned const rises = rig.irq0.rises;
    CHECK(rig.pit.next_event_ns() == pit_tick_ns(51));
    rig.at_tick(51);
    CHECK(!rig.irq0.level);
    CHECK(rig.pit.next_event_ns() == pit_tick_ns(52));
    rig.at_tick(52);
    CHECK(rig.irq0.rises == rises + 1);
    CHECK(!rig.pit.next_event_ns());
    rig.at_tick(52 + 65536 * 3);
    CHECK(rig.irq0.rises == rises + 1);
}

TEST_CASE("pit: BCD counts in decimal, zero is ten thousand")
{
    Rig rig;
    rig.program(0, 2, 0x0100, 1);
    rig.at_tick(2);
    CHECK(rig.read(0) == 0x99);
    rig.at_tick(100);
    CHECK(rig.read(0) == 0x01);
    rig.at_tick(101);
    CHECK(rig.read(0) == 0x100);
    rig.program(0, 2, 0, 1);
    rig.at_tick(103);
    CHECK(rig.read(0) == 0x9999);
}

TEST_CASE("pit: latch holds the count until both bytes are read; single-byte access")
{
    Rig rig;
    rig.program(0, 2, 0x1234);
    rig.at_tick(1);
    out8(rig.pit, 0x43, 0x00);
    rig.at_tick(2);
    out8(rig.pit, 0x43, 0x00); // ignored: one is held
    CHECK(in8(rig.pit, 0x40) == 0x34);
    rig.at_tick(0x100);
    CHECK(in8(rig.pit, 0x40) == 0x12);
    CHECK(in8(rig.pit, 0x40) == 0x35); // unlatched: 0x1135
    CHECK(in8(rig.pit, 0x40) == 0x11);

    out8(rig.pit, 0x43, 0x24); // high byte only, mode 2
    out8(rig.pit, 0x40, 0x02);
    rig.at_tick(0x101);
    CHECK(in8(rig.pit, 0x40) == 0x02);
    CHECK(in8(rig.pit, 0x40) == 0x02);
    out8(rig.pit, 0x43, 0x14); // low byte only
    out8(rig.pit, 0x40, 0x80);
    rig.at_tick(0x102);
    CHECK(in8(rig.pit, 0x40) == 0x80);
}

TEST_CASE("pit: read-back latches status and count of several counters")
{
    Rig rig;
    rig.program(0, 2, 1000);
    out8(rig.pit, 0x43, 0xe2);                         // status of counter 0
    CHECK(in8(rig.pit, 0x40) == (0x80 | 0x40 | 0x34)); // OUT high, not loaded yet
    rig.at_tick(1);
    out8(rig.pit, 0x43, 0xc2); // both
    CHECK(in8(rig.pit, 0x40) == (0x80 | 0x34));
    CHECK(in8(rig.pit, 0x40) == (1000 & 0xff));
    CHECK(in8(rig.pit, 0x40) == 1000 >> 8);

    rig.program(2, 1, 7);
    rig.at_tick(9);
    out8(rig.pit, 0x43, 0xe8);
    CHECK(in8(rig.pit, 0x42) == (0x80 | 0x40 | 0x32)); // no trigger, so no load
    CHECK(in8(rig.pit, 0x43) == 0xff);
}

TEST_CASE("pit: count one, the illegal count of mode 2, is no event storm")
{
    Rig rig;
    for (uint8_t mode : {2, 3}) {
        rig.program(0, mode, 1);
        CHECK(!rig.pit.next_event_ns());
        rig.at_tick(pit_ticks(rig.clock.now) + 1000);
        CHECK(rig.irq0.level);
    }
}

TEST_CASE("pit: the refresh bit of port 0x61 toggles every 15 microseconds")
{
    Rig rig;
    unsigned toggles = 0;
    uint8_t last = in8(rig.pit, 0x61) & 0x10;
    for (; rig.clock.now < 1'000'000; rig.clock.now += 1000) {
        uint8_t const bit = in8(rig.pit, 0x61) & 0x10;
        toggles += bit != last;
        last = bit;
    }
    CHECK(toggles == 66); // 1193 ticks / 18
}
