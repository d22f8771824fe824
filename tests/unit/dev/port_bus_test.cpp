#include "emu/dev/port_bus.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace pagelab::dev;

namespace {

struct Seen {
    uint16_t port;
    Width width;
    uint32_t value;
    bool operator==(Seen const&) const = default;
};

// Reads as the low byte of the port number, repeated; remembers writes.
struct Recorder final : PortDevice {
    uint32_t port_in(uint16_t port, Width) override { return (port & 0xffu) * 0x01010101u; }
    void port_out(uint16_t port, Width width, uint32_t value) override
    {
        writes.push_back({port, width, value});
    }
    std::vector<Seen> writes;
};

} // namespace

TEST_CASE("port bus: an unclaimed port reads all ones and swallows writes")
{
    PortBus bus;
    CHECK(bus.port_in(0x80, Width::Byte) == 0xff);
    CHECK(bus.port_in(0x80, Width::Word) == 0xffff);
    CHECK(bus.port_in(0xffff, Width::Dword) == 0xffff'ffff);
    bus.port_out(0xffff, Width::Dword, 1);
}

TEST_CASE("port bus: byte devices see wide accesses as bytes, lowest first")
{
    PortBus bus;
    Recorder device;
    bus.claim(0x3d4, 0x3d5, device, Access::Bytes);
    CHECK(bus.port_in(0x3d4, Width::Word) == 0xd5d4);
    CHECK(bus.port_in(0x3d4, Width::Dword) == 0xffff'd5d4);
    CHECK(bus.port_in(0x3d3, Width::Word) == 0xd4ff);
    bus.port_out(0x3d4, Width::Word, 0x120e);
    CHECK(device.writes ==
          std::vector<Seen>{{0x3d4, Width::Byte, 0x0e}, {0x3d5, Width::Byte, 0x12}});
}

TEST_CASE("port bus: a wide device sees the access as made, cut to its width")
{
    PortBus bus;
    Recorder device;
    bus.claim(0xf4, 0xf7, device, Access::AnyWidth);
    CHECK(bus.port_in(0xf4, Width::Word) == 0xf4f4);
    bus.port_out(0xf4, Width::Dword, 0x12345678);
    bus.port_out(0xf5, Width::Word, 0x12345678);
    CHECK(device.writes ==
          std::vector<Seen>{{0xf4, Width::Dword, 0x12345678}, {0xf5, Width::Word, 0x5678}});
}

TEST_CASE("port bus: an access may span two owners; the space ends at 0xffff")
{
    PortBus bus;
    Recorder low;
    Recorder high;
    bus.claim(0x10, 0x10, low, Access::Bytes);
    bus.claim(0x11, 0x11, high, Access::Bytes);
    bus.port_out(0x10, Width::Dword, 0xaabbccdd);
    CHECK(low.writes == std::vector<Seen>{{0x10, Width::Byte, 0xdd}});
    CHECK(high.writes == std::vector<Seen>{{0x11, Width::Byte, 0xcc}});

    Recorder last;
    bus.claim(0xffff, 0xffff, last, Access::Bytes);
    CHECK(bus.port_in(0xffff, Width::Dword) == 0xffff'ffff);
    CHECK(bus.port_in(0xfffe, Width::Word) == 0xffff);
    bus.port_out(0xfffe, Width::Dword, 0x11223344);
    CHECK(last.writes == std::vector<Seen>{{0xffff, Width::Byte, 0x33}});
    CHECK(low.writes.size() == 1);
}
