#include "emu/dev/ioapic.hpp"

#include <doctest/doctest.h>

#include "tests/unit/dev/fakes.hpp"

using namespace pagelab::dev;

namespace {

struct Rig {
    FakeClock clock;
    ApicBus apics{clock, 1};
    LocalApic& lapic = apics[0];
    IoApic ioapic{apics};

    Rig() { lapic.mmio_write(0xf0, 0x1ff); }
    uint32_t in(unsigned index)
    {
        ioapic.mmio_write(0x00, index);
        return ioapic.mmio_read(0x10);
    }
    void out(unsigned index, uint32_t value)
    {
        ioapic.mmio_write(0x00, index);
        ioapic.mmio_write(0x10, value);
    }
    void redirect(unsigned input, uint32_t low, uint32_t high = 0)
    {
        out(0x11 + 2 * input, high);
        out(0x10 + 2 * input, low);
    }
    void end() { lapic.mmio_write(0xb0, 0); }
};

} // namespace

TEST_CASE("i/o apic: registers")
{
    Rig rig;
    CHECK(rig.in(1) == 0x0017'0011);
    rig.out(0, 0xffff'ffff);
    CHECK(rig.in(0) == 0x0f00'0000);
    CHECK(rig.in(2) == 0x0f00'0000);
    rig.out(1, 0);
    CHECK(rig.in(1) == 0x0017'0011);
    for (unsigned i = 0x10; i < 0x40; ++i)
        CHECK(rig.in(i) == (i % 2 == 0 ? 0x1'0000 : 0));
    rig.redirect(23, 0xffff'ffff, 0xffff'ffff);
    CHECK(rig.in(0x3e) == 0x1'afff);
    CHECK(rig.in(0x3f) == 0xff00'0000);
    CHECK(rig.ioapic.mmio_read(0x00) == 0x3f);
    CHECK(rig.in(0x40) == 0);
    CHECK(rig.in(0xff) == 0);
    CHECK(rig.in(0x0f) == 0);
    CHECK(rig.ioapic.mmio_read(0x20) == 0);
}

TEST_CASE("i/o apic: masked entries deliver nothing, an edge meanwhile is lost")
{
    Rig rig;
    rig.ioapic.line(4).set(true);
    CHECK(!rig.lapic.has_interrupt());
    rig.redirect(4, 0x34);
    CHECK(!rig.lapic.has_interrupt());
    rig.ioapic.line(4).set(false);
    rig.ioapic.line(4).set(true);
    CHECK(rig.lapic.acknowledge() == 0x34);
    rig.end();
    rig.ioapic.line(4).set(true); // no new edge
    CHECK(!rig.lapic.has_interrupt());
}

TEST_CASE("i/o apic: a level asks again at the end of interrupt until it falls")
{
    Rig rig;
    rig.ioapic.line(9).set(true);
    rig.redirect(9, 0x8039); // level, unmasked while the line is high
    CHECK(rig.in(0x22) == (0x8039 | 0x4000));
    CHECK(rig.lapic.acknowledge() == 0x39);
    CHECK(!rig.lapic.has_interrupt());
    rig.end();
    CHECK(rig.lapic.acknowledge() == 0x39);
    rig.ioapic.line(9).set(false);
    rig.end();
    CHECK(!rig.lapic.has_interrupt());
    CHECK(rig.in(0x22) == 0x8039);
}

TEST_CASE("i/o apic: a masked level waits; switching to edge forgets the pending end")
{
    Rig rig;
    rig.redirect(5, 0x1'8045);
    rig.ioapic.line(5).set(true);
    CHECK(!rig.lapic.has_interrupt());
    rig.redirect(5, 0x8045);
    CHECK(rig.lapic.acknowledge() == 0x45);
    rig.redirect(5, 0x1'8045);
    CHECK(rig.in(0x1a) == (0x1'8045 | 0x4000)); // masking does not end it
    rig.redirect(5, 0x1'0045);
    CHECK(rig.in(0x1a) == 0x1'0045);
    rig.redirect(5, 0x8045);
    CHECK(rig.in(0x1a) == (0x8045 | 0x4000));
}

TEST_CASE("i/o apic: destinations and delivery modes go to the local APIC to judge")
{
    Rig rig;
    rig.redirect(1, 0x31, 0x0500'0000); // APIC 5
    rig.ioapic.line(1).set(true);
    CHECK(!rig.lapic.has_interrupt());
    rig.lapic.mmio_write(0xd0, 0x0100'0000);
    rig.redirect(2, 0x932, 0x0100'0000); // lowest priority, logical
    rig.ioapic.line(2).set(true);
    CHECK(rig.lapic.acknowledge() == 0x32);
    rig.redirect(3, 0x733); // ExtINT
    rig.ioapic.line(3).set(true);
    CHECK(!rig.lapic.has_interrupt());
    rig.redirect(6, 0x8436); // NMI, level: an edge nevertheless
    CHECK(!rig.lapic.has_nmi());
    rig.ioapic.line(6).set(true);
    CHECK(rig.in(0x1c) == 0x8436);
    CHECK(rig.lapic.take_nmi());
    rig.redirect(6, 0x8436);
    CHECK(!rig.lapic.has_nmi());
}
