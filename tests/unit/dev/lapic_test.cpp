#include "emu/dev/lapic.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "emu/dev/apic_bus.hpp"
#include "tests/unit/dev/fakes.hpp"

using namespace pagelab::dev;

namespace {

struct Rig {
    FakeClock clock;
    ApicBus bus{clock, 1};
    LocalApic& apic = bus[0];

    void enable() { apic.mmio_write(0xf0, 0x1ff); }
    bool interrupt(uint8_t vector, TriggerMode trigger = TriggerMode::Edge)
    {
        return bus.send({.vector = vector, .trigger = trigger});
    }
    void wait(uint64_t ns)
    {
        clock.now += ns;
        apic.advance_to(clock.now);
    }
};

} // namespace

TEST_CASE("lapic: registers after reset, and what sticks")
{
    Rig rig;
    LocalApic& apic = rig.apic;
    CHECK(apic.mmio_read(0x20) == 0);
    CHECK(apic.mmio_read(0x30) == 0x0005'0014);
    CHECK(apic.mmio_read(0xe0) == 0xffff'ffff);
    CHECK(apic.mmio_read(0xf0) == 0xff);
    for (uint32_t offset = 0x320; offset <= 0x370; offset += 0x10)
        CHECK(apic.mmio_read(offset) == 0x1'0000);
    CHECK(apic.mmio_read(0x3f0) == 0);
    CHECK(apic.mmio_read(0x40) == 0);
    apic.mmio_write(0x30, 0);
    CHECK(apic.mmio_read(0x30) == 0x0005'0014);

    struct Sticky {
        uint32_t offset;
        uint32_t kept;
    };
    rig.enable();
    for (Sticky s : {Sticky{0x20, 0xff00'0000},
                     {0x80, 0xff},
                     {0xd0, 0xff00'0000},
                     {0xe0, 0xffff'ffff},
                     {0xf0, 0x3ff},
                     {0x310, 0xff00'0000},
                     {0x320, 0x3'00ff},
                     {0x330, 0x1'07ff},
                     {0x340, 0x1'07ff},
                     {0x350, 0x1'a7ff},
                     {0x360, 0x1'a7ff},
                     {0x370, 0x1'00ff},
                     {0x380, 0xffff'ffff},
                     {0x3e0, 0x0b}}) {
        CAPTURE(s.offset);
        apic.mmio_write(s.offset, 0xffff'ffff);
        CHECK(apic.mmio_read(s.offset) == s.kept);
    }
    apic.mmio_write(0xe0, 0);
    CHECK(apic.mmio_read(0xe0) == 0x0fff'ffff);
}

TEST_CASE("lapic: disabled it takes nothing and passes the PIC; so does an ExtINT LINT0")
{
    Rig rig;
    CHECK(rig.apic.passes_pic());
    CHECK(!rig.interrupt(0x40));
    rig.apic.mmio_write(0x350, 0x700);
    CHECK(rig.apic.mmio_read(0x350) == 0x1'0700); // cannot be unmasked while disabled
    rig.enable();
    CHECK(!rig.apic.passes_pic());
    rig.apic.mmio_write(0x350, 0x700);
    CHECK(rig.apic.passes_pic());
    rig.apic.mmio_write(0x350, 0x000);
    CHECK(!rig.apic.passes_pic());
    CHECK(rig.interrupt(0x40));
    CHECK(rig.apic.has_interrupt());
    rig.apic.mmio_write(0xf0, 0xff);
    CHECK(!rig.apic.has_interrupt());
    CHECK(rig.apic.mmio_read(0x350) == 0x1'0000);
}

TEST_CASE("lapic: priorities by class; IRR, ISR and end of interrupt")
{
    Rig rig;
    rig.enable();
    rig.interrupt(0x41);
    rig.interrupt(0x9f);
    CHECK(rig.apic.mmio_read(0x220) == 1u << 1);
    CHECK(rig.apic.mmio_read(0x240) == 1u << 31);
    CHECK(rig.apic.acknowledge() == 0x9f);
    CHECK(rig.apic.mmio_read(0x240) == 0);
    CHECK(rig.apic.mmio_read(0x140) == 1u << 31);
    CHECK(rig.apic.mmio_read(0xa0) == 0x90);
    CHECK(!rig.apic.has_interrupt());
    rig.interrupt(0x90); // the same class waits
    CHECK(!rig.apic.has_interrupt());
    rig.interrupt(0xa0);
    CHECK(rig.apic.acknowledge() == 0xa0);
    rig.apic.mmio_write(0xb0, 0);
    CHECK(!rig.apic.has_interrupt());
    rig.apic.mmio_write(0xb0, 0);
    CHECK(rig.apic.acknowledge() == 0x90);
    rig.apic.mmio_write(0xb0, 0);
    CHECK(rig.apic.acknowledge() == 0x41);
    rig.apic.mmio_write(0xb0, 0);
    CHECK(rig.apic.acknowledge() == 0xff); // spurious
    CHECK(rig.apic.mmio_read(0x170) == 0);
}

TEST_CASE("lapic: the task priority holds interrupts back")
{
    Rig rig;
    rig.enable();
    rig.apic.mmio_write(0x80, 0x45);
    CHECK(rig.apic.mmio_read(0xa0) == 0x45);
    rig.interrupt(0x4f);
    CHECK(!rig.apic.has_interrupt());
    rig.interrupt(0x50);
    CHECK(rig.apic.has_interrupt());
    rig.apic.mmio_write(0x80, 0x50);
    CHECK(!rig.apic.has_interrupt());
    rig.apic.mmio_write(0x80, 0);
    CHECK(rig.apic.acknowledge() == 0x50);
}

TEST_CASE("lapic: destinations: physical, flat and cluster")
{
    Rig rig;
    rig.enable();
    auto const reaches = [&](DestinationMode mode, uint8_t destination) {
        return rig.bus.send({.vector = 0x40, .destination_mode = mode, .destination = destination});
    };
    CHECK(reaches(DestinationMode::Physical, 0));
    CHECK(!reaches(DestinationMode::Physical, 1));
    CHECK(reaches(DestinationMode::Physical, 0xff));
    CHECK(!reaches(DestinationMode::Logical, 0x01));
    rig.apic.mmio_write(0xd0, 0x0200'0000);
    CHECK(reaches(DestinationMode::Logical, 0x03));
    CHECK(!reaches(DestinationMode::Logical, 0x01));
    rig.apic.mmio_write(0xd0, 0x3200'0000);
    rig.apic.mmio_write(0xe0, 0);
    CHECK(reaches(DestinationMode::Logical, 0x32));
    CHECK(!reaches(DestinationMode::Logical, 0x22));
    CHECK(!reaches(DestinationMode::Logical, 0x31));
    CHECK(!rig.bus.send({.vector = 0x40, .delivery = DeliveryMode::Smi}));
}

TEST_CASE("lapic: a level interrupt's end is told to the listener")
{
    Rig rig;
    std::vector<unsigned> ended;
    rig.bus.on_level_eoi([&](uint8_t vector) { ended.push_back(vector); });
    rig.enable();
    rig.interrupt(0x51, TriggerMode::Level);
    CHECK(rig.apic.mmio_read(0x1a0) == 1u << 17);
    rig.apic.acknowledge();
    rig.apic.mmio_write(0xb0, 0);
    rig.interrupt(0x51); // now an edge
    rig.apic.acknowledge();
    rig.apic.mmio_write(0xb0, 0);
    rig.apic.mmio_write(0xb0, 0);
    CHECK(ended == std::vector<unsigned>{0x51});
}

TEST_CASE("lapic: alone, interprocessor interrupts reach oneself only")
{
    Rig rig;
    rig.enable();
    rig.apic.mmio_write(0x300, 0x4'0040); // self
    CHECK(rig.apic.acknowledge() == 0x40);
    rig.apic.mmio_write(0x300, 0xc'0050); // all but self
    CHECK(!rig.apic.has_interrupt());
    rig.apic.mmio_write(0x310, 0x0100'0000);
    rig.apic.mmio_write(0x300, 0x50); // somebody else
    CHECK(!rig.apic.has_interrupt());
    rig.apic.mmio_write(0x310, 0);
    rig.apic.mmio_write(0x300, 0x50);
    CHECK(rig.apic.acknowledge() == 0x50);
    rig.apic.mmio_write(0x300, 0x4500); // INIT: sent, and the APIC is idle again
    CHECK(rig.apic.take_init());
    CHECK(rig.apic.mmio_read(0x300) == 0x4500);
}

TEST_CASE("lapic: illegal vectors are errors, shown after a write to the status")
{
    Rig rig;
    rig.enable();
    rig.apic.mmio_write(0x370, 0x60);
    rig.apic.mmio_write(0x300, 0x4'0005);
    CHECK(rig.apic.mmio_read(0x280) == 0);
    rig.apic.mmio_write(0x280, 0);
    CHECK(rig.apic.mmio_read(0x280) == 0x20);
    rig.apic.mmio_write(0x280, 0);
    CHECK(rig.apic.mmio_read(0x280) == 0);
    CHECK(rig.apic.acknowledge() == 0x60);
    rig.apic.mmio_write(0x370, 0x03); // the error entry's own vector is illegal
    CHECK(!rig.interrupt(0x0f));
    rig.apic.mmio_write(0x280, 0);
    CHECK(rig.apic.mmio_read(0x280) == 0x40);
}

TEST_CASE("lapic timer: one shot")
{
    Rig rig;
    rig.enable();
    rig.apic.mmio_write(0x320, 0x30);
    rig.apic.mmio_write(0x3e0, 0x03); // by 16
    rig.wait(100);
    rig.apic.mmio_write(0x380, 1000);
    CHECK(rig.apic.next_event_ns() == 100u + 16000);
    rig.wait(15999);
    CHECK(rig.apic.mmio_read(0x390) == 1);
    CHECK(!rig.apic.has_interrupt());
    rig.wait(1);
    CHECK(rig.apic.mmio_read(0x390) == 0);
    CHECK(rig.apic.acknowledge() == 0x30);
    rig.apic.mmio_write(0xb0, 0);
    CHECK(!rig.apic.next_event_ns());
    rig.wait(1'000'000);
    CHECK(!rig.apic.has_interrupt());
}

TEST_CASE("lapic timer: periodic, masked, stopped")
{
    Rig rig;
    rig.enable();
    rig.apic.mmio_write(0x320, 0x2'0031);
    rig.apic.mmio_write(0x3e0, 0x0b); // by 1
    rig.apic.mmio_write(0x380, 1000);
    for (unsigned i = 1; i <= 3; ++i) {
        CHECK(rig.apic.next_event_ns() == 1000 * i);
        rig.wait(1000);
        CHECK(rig.apic.acknowledge() == 0x31);
        rig.apic.mmio_write(0xb0, 0);
    }
    rig.wait(12'345);
    CHECK(rig.apic.mmio_read(0x390) == 655);
    CHECK(rig.apic.acknowledge() == 0x31);
    rig.apic.mmio_write(0xb0, 0);
    CHECK(!rig.apic.has_interrupt()); // twelve expiries, one interrupt
    rig.apic.mmio_write(0x320, 0x3'0031);
    CHECK(!rig.apic.next_event_ns());
    rig.wait(10'000);
    CHECK(!rig.apic.has_interrupt());
    CHECK(rig.apic.mmio_read(0x390) == 655);
    rig.apic.mmio_write(0x380, 0);
    CHECK(rig.apic.mmio_read(0x390) == 0);
}

TEST_CASE("lapic timer: every divisor, also changed in the middle")
{
    Rig rig;
    rig.enable();
    rig.apic.mmio_write(0x320, 0x30);
    unsigned divisor = 2;
    for (uint32_t encoding : {0x0, 0x1, 0x2, 0x3, 0x8, 0x9, 0xa}) {
        rig.apic.mmio_write(0x3e0, encoding);
        rig.apic.mmio_write(0x380, 100);
        CHECK(*rig.apic.next_event_ns() == rig.clock.now + 100 * divisor);
        divisor *= 2;
    }
    rig.apic.mmio_write(0x3e0, 0xb);
    rig.apic.mmio_write(0x380, 100);
    rig.wait(40);
    rig.apic.mmio_write(0x3e0, 0xa);
    CHECK(rig.apic.mmio_read(0x390) == 60);
    CHECK(*rig.apic.next_event_ns() == rig.clock.now + 60 * 128);
}
