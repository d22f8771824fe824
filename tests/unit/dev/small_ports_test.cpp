// The devices of a port or two: debug console, exit, POST, display registers.
#include <string>

#include <doctest/doctest.h>

#include "emu/dev/debug_console.hpp"
#include "emu/dev/exit_port.hpp"
#include "emu/dev/port_bus.hpp"
#include "emu/dev/post_port.hpp"
#include "emu/dev/vga_text.hpp"
#include "tests/unit/dev/fakes.hpp"

using namespace pagelab::dev;

TEST_CASE("debug console: prints, and says it is there")
{
    std::string printed;
    DebugConsole console([&](uint8_t byte) { printed.push_back(static_cast<char>(byte)); });
    CHECK(in8(console, 0xe9) == 0xe9);
    out8(console, 0xe9, 'o');
    out8(console, 0xe9, 'k');
    CHECK(printed == "ok");
}

TEST_CASE("exit port: the first value written, of any width")
{
    for (auto [width, status] :
         {std::pair{Width::Byte, 0x78u}, {Width::Word, 0x5678u}, {Width::Dword, 0x12345678u}}) {
        PortBus bus;
        ExitPort exit;
        bus.claim(0xf4, 0xf7, exit, Access::AnyWidth);
        CHECK(!exit.status());
        bus.port_out(0xf4, width, 0x12345678);
        CHECK(exit.status() == status);
        bus.port_out(0xf4, width, 0);
        CHECK(exit.status() == status);
    }
}

TEST_CASE("post port: remembers")
{
    PostPort post;
    out8(post, 0x80, 0x55);
    CHECK(post.last_code() == 0x55);
    CHECK(in8(post, 0x80) == 0x55);
}

TEST_CASE("vga text: cursor, start address, registers that are not there, retrace")
{
    VgaText vga;
    PortBus bus;
    bus.claim(0x3d4, 0x3d5, vga, Access::Bytes);
    bus.port_out(0x3d4, Width::Word, 0x010e); // one OUT sets index and data
    bus.port_out(0x3d4, Width::Word, 0x230f);
    CHECK(vga.cursor() == 0x123);
    CHECK(bus.port_in(0x3d4, Width::Word) == 0x230f);
    bus.port_out(0x3d4, Width::Word, 0x020c);
    CHECK(vga.start_address() == 0x200);
    bus.port_out(0x3d4, Width::Word, 0xff1f);
    CHECK(in8(vga, 0x3d5) == 0);
    CHECK(in8(vga, 0x3da) != in8(vga, 0x3da));
}
