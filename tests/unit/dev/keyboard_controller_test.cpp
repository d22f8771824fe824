#include "emu/dev/keyboard_controller.hpp"

#include <doctest/doctest.h>

#include "tests/unit/dev/fakes.hpp"

using namespace pagelab::dev;

namespace {

// The reply to a command, or -1 if the output buffer stays empty.
int reply(KeyboardController& controller, uint8_t command)
{
    out8(controller, 0x64, command);
    return in8(controller, 0x64) & 1 ? in8(controller, 0x60) : -1;
}

} // namespace

TEST_CASE("keyboard controller: idle, unlocked, and it passes its tests")
{
    KeyboardController controller;
    CHECK(in8(controller, 0x64) == 0x10);
    CHECK(reply(controller, 0xaa) == 0x55);
    CHECK(in8(controller, 0x64) == 0x1c); // self test passed, last write was a command
    CHECK(reply(controller, 0xab) == 0x00);
    CHECK(reply(controller, 0xc0) == 0x80);
    out8(controller, 0x60, 0xf2); // identify: nobody answers
    CHECK(in8(controller, 0x64) == 0x14);
}

TEST_CASE("keyboard controller: the command byte is kept; AD and AE move its bit 4")
{
    KeyboardController controller;
    out8(controller, 0x64, 0x60);
    out8(controller, 0x60, 0x45);
    CHECK(reply(controller, 0x20) == 0x45);
    CHECK(reply(controller, 0xad) == -1);
    CHECK(reply(controller, 0x20) == 0x55);
    CHECK(reply(controller, 0xae) == -1);
    CHECK(reply(controller, 0x20) == 0x45);
}

TEST_CASE("keyboard controller: there is no mouse, and it says so at once")
{
    KeyboardController controller;
    CHECK(reply(controller, 0xd3) == -1);
    out8(controller, 0x60, 0x5a);
    CHECK(in8(controller, 0x64) == (0x10 | 0x01)); // without the mouse bit (0x20)
    CHECK(in8(controller, 0x60) == 0x5a);
    CHECK(reply(controller, 0xa9) == 0x01);
}

TEST_CASE("keyboard controller: A20 by output port, by command, by port 0x92")
{
    KeyboardController controller;
    CHECK(controller.a20_enabled());
    out8(controller, 0x64, 0xd1);
    out8(controller, 0x60, 0x01);
    CHECK(!controller.a20_enabled());
    CHECK(reply(controller, 0xd0) == 0x01);
    out8(controller, 0x64, 0xdf);
    CHECK(controller.a20_enabled());
    out8(controller, 0x64, 0xdd);
    CHECK(!controller.a20_enabled());
    out8(controller, 0x92, 0x02);
    CHECK(controller.a20_enabled());
    CHECK(in8(controller, 0x92) == 0x02);
    out8(controller, 0x92, 0x00);
    CHECK(!controller.a20_enabled());
    CHECK(!controller.reset_requested());
}

TEST_CASE("keyboard controller: every way to reset, and none by accident")
{
    for (uint8_t command : {0xfe, 0xf0}) {
        KeyboardController controller;
        out8(controller, 0x64, command);
        CHECK(controller.reset_requested());
    }
    KeyboardController by_output_port;
    out8(by_output_port, 0x64, 0xd1);
    out8(by_output_port, 0x60, 0x02);
    CHECK(by_output_port.reset_requested());

    KeyboardController by_port_92;
    out8(by_port_92, 0x92, 0x01);
    CHECK(by_port_92.reset_requested());
    CHECK(in8(by_port_92, 0x92) == 0);

    KeyboardController neither;
    out8(neither, 0x64, 0xff);
    out8(neither, 0x64, 0xfd);
    out8(neither, 0x60, 0xfe);
    CHECK(!neither.reset_requested());
}
