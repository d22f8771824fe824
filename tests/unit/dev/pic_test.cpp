#include "emu/dev/pic.hpp"

#include <doctest/doctest.h>

#include "tests/unit/dev/fakes.hpp"

using namespace pagelab::dev;

namespace {

// As a PC's firmware sets the pair up, vectors at 0x20 and 0x28, everything unmasked.
void initialize(Pic& pic, uint8_t icw4 = 0x01)
{
    out8(pic, 0x20, 0x11);
    out8(pic, 0x21, 0x20);
    out8(pic, 0x21, 0x04);
    out8(pic, 0x21, icw4);
    out8(pic, 0xa0, 0x11);
    out8(pic, 0xa1, 0x28);
    out8(pic, 0xa1, 0x02);
    out8(pic, 0xa1, icw4);
    out8(pic, 0x21, 0);
    out8(pic, 0xa1, 0);
}

uint8_t in_service(Pic& pic, uint16_t command_port)
{
    out8(pic, command_port, 0x0b);
    return in8(pic, command_port);
}

uint8_t requested(Pic& pic, uint16_t command_port)
{
    out8(pic, command_port, 0x0a);
    return in8(pic, command_port);
}

} // namespace

TEST_CASE("pic: masks, vectors, end of interrupt")
{
    Pic pic;
    initialize(pic);
    out8(pic, 0x21, 0xfe);
    CHECK(in8(pic, 0x21) == 0xfe);
    pic.line(4).set(true);
    CHECK(!pic.has_interrupt());
    CHECK(requested(pic, 0x20) == 0x10);
    out8(pic, 0x21, 0);
    REQUIRE(pic.has_interrupt());
    CHECK(pic.acknowledge() == 0x24);
    CHECK(requested(pic, 0x20) == 0); // the edge is used up though the line is still high
    CHECK(in_service(pic, 0x20) == 0x10);
    out8(pic, 0x20, 0x20);
    CHECK(in_service(pic, 0x20) == 0);
    CHECK(!pic.has_interrupt());
}

TEST_CASE("pic: only a higher priority interrupts one in service")
{
    Pic pic;
    initialize(pic);
    pic.line(4).set(true);
    CHECK(pic.acknowledge() == 0x24);
    pic.line(5).set(true);
    CHECK(!pic.has_interrupt());
    pic.line(1).set(true);
    CHECK(pic.acknowledge() == 0x21);
    pic.line(0).set(true);
    CHECK(pic.acknowledge() == 0x20);
    out8(pic, 0x20, 0x20); // ends 0, the highest
    out8(pic, 0x20, 0x64); // ends 4 by name
    CHECK(in_service(pic, 0x20) == 0x02);
    CHECK(!pic.has_interrupt());
    out8(pic, 0x20, 0x20);
    CHECK(pic.acknowledge() == 0x25);
}

TEST_CASE("pic: the slave's interrupts rank at the master's input 2")
{
    Pic pic;
    initialize(pic);
    pic.line(3).set(true);
    pic.line(14).set(true);
    pic.line(8).set(true);
    CHECK(pic.acknowledge() == 0x28);
    CHECK(in_service(pic, 0x20) == 0x04);
    CHECK(in_service(pic, 0xa0) == 0x01);
    CHECK(!pic.has_interrupt()); // 14 is below 8, and 3 below the cascade
    out8(pic, 0xa0, 0x20);
    CHECK(!pic.has_interrupt());
    out8(pic, 0x20, 0x20);
    CHECK(pic.acknowledge() == 0x2e);
    out8(pic, 0xa0, 0x20);
    out8(pic, 0x20, 0x20);
    CHECK(pic.acknowledge() == 0x23);
}

TEST_CASE("pic: special fully nested mode lets the slave nest")
{
    Pic pic;
    initialize(pic, 0x11);
    pic.line(12).set(true);
    CHECK(pic.acknowledge() == 0x2c);
    pic.line(9).set(true);
    REQUIRE(pic.has_interrupt());
    CHECK(pic.acknowledge() == 0x29);
    CHECK(in_service(pic, 0xa0) == 0x12);
}

TEST_CASE("pic: a request that went away is spurious")
{
    Pic pic;
    initialize(pic);
    pic.line(4).set(true);
    pic.line(4).set(false);
    CHECK(!pic.has_interrupt());
    CHECK(pic.acknowledge() == 0x27);
    CHECK(in_service(pic, 0x20) == 0);

    pic.line(10).set(true);
    pic.line(10).set(false); // the cascade falls with it
    CHECK(!pic.has_interrupt());
    CHECK(pic.acknowledge() == 0x27);
}

TEST_CASE("pic: level inputs ask again until the line falls")
{
    Pic pic;
    initialize(pic);
    out8(pic, 0x4d1, 0xff);
    CHECK(in8(pic, 0x4d1) == 0xde);
    out8(pic, 0x4d0, 0xff);
    CHECK(in8(pic, 0x4d0) == 0xf8);
    pic.line(11).set(true);
    CHECK(pic.acknowledge() == 0x2b);
    out8(pic, 0xa0, 0x20);
    out8(pic, 0x20, 0x20);
    CHECK(pic.acknowledge() == 0x2b);
    pic.line(11).set(false);
    out8(pic, 0xa0, 0x20);
    out8(pic, 0x20, 0x20);
    CHECK(!pic.has_interrupt());
}

TEST_CASE("pic: automatic end of interrupt, with rotation")
{
    Pic pic;
    initialize(pic, 0x03);
    pic.line(3).set(true);
    pic.line(5).set(true);
    CHECK(pic.acknowledge() == 0x23);
    CHECK(in_service(pic, 0x20) == 0);
    CHECK(pic.acknowledge() == 0x25);

    out8(pic, 0x20, 0x80); // rotate in automatic mode
    pic.line(0).set(true);
    CHECK(pic.acknowledge() == 0x20);
    pic.line(0).set(false);
    pic.line(0).set(true);
    pic.line(7).set(true);
    CHECK(pic.acknowledge() == 0x27); // 0 is now the lowest
    CHECK(pic.acknowledge() == 0x20);
}

TEST_CASE("pic: the slave's INT drops at each acknowledge, so a second request is a new edge")
{
    Pic pic;
    initialize(pic, 0x03);
    pic.line(9).set(true);
    pic.line(10).set(true);
    CHECK(pic.acknowledge() == 0x29);
    REQUIRE(pic.has_interrupt());
    CHECK(pic.acknowledge() == 0x2a);
    CHECK(!pic.has_interrupt());
}

TEST_CASE("pic: rotation and set priority")
{
    Pic pic;
    initialize(pic);
    out8(pic, 0x20, 0xc5); // 5 lowest, so 6 highest
    pic.line(5).set(true);
    pic.line(6).set(true);
    pic.line(0).set(true);
    CHECK(pic.acknowledge() == 0x26);
    out8(pic, 0x20, 0xa0); // end it and make it lowest: 7 highest
    CHECK(pic.acknowledge() == 0x20);
    out8(pic, 0x20, 0xe0); // end 0 by name, make it lowest
    CHECK(pic.acknowledge() == 0x25);
}

TEST_CASE("pic: special mask mode lets lower priorities through a masked service")
{
    Pic pic;
    initialize(pic);
    pic.line(1).set(true);
    CHECK(pic.acknowledge() == 0x21);
    pic.line(6).set(true);
    out8(pic, 0x21, 0x02);
    CHECK(!pic.has_interrupt());
    out8(pic, 0x20, 0x68);
    REQUIRE(pic.has_interrupt());
    CHECK(pic.acknowledge() == 0x26);
    out8(pic, 0x20, 0x20); // ends 6: a masked service is not ended by a non-specific EOI
    CHECK(in_service(pic, 0x20) == 0x02);
    out8(pic, 0x20, 0x20);
    CHECK(in_service(pic, 0x20) == 0x02);
    out8(pic, 0x20, 0x48);
    out8(pic, 0x20, 0x20);
    CHECK(in_service(pic, 0x20) == 0);
}

TEST_CASE("pic: poll acknowledges")
{
    Pic pic;
    initialize(pic);
    out8(pic, 0x20, 0x0c);
    CHECK(in8(pic, 0x20) == 0x00);
    pic.line(13).set(true);
    out8(pic, 0x20, 0x0c);
    CHECK(in8(pic, 0x20) == 0x82);
    out8(pic, 0xa0, 0x0c);
    CHECK(in8(pic, 0xa0) == 0x85);
    CHECK(in_service(pic, 0x20) == 0x04);
    CHECK(in_service(pic, 0xa0) == 0x20);
}

TEST_CASE("pic: initialization forgets edges, masks and services; IRQ 2 is not there")
{
    Pic pic;
    initialize(pic);
    pic.line(2).set(true);
    CHECK(!pic.has_interrupt());
    pic.line(1).set(true);
    pic.line(3).set(true);
    CHECK(pic.acknowledge() == 0x21);
    out8(pic, 0x21, 0xff);
    out8(pic, 0x20, 0x13); // single, ICW4 follows: no ICW3
    out8(pic, 0x21, 0x47); // low three bits ignored
    out8(pic, 0x21, 0x01);
    CHECK(in8(pic, 0x21) == 0);
    CHECK(!pic.has_interrupt());
    CHECK(in_service(pic, 0x20) == 0);
    pic.line(3).set(false);
    pic.line(3).set(true);
    CHECK(pic.acknowledge() == 0x43);
}
