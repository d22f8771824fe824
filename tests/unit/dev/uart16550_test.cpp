#include "emu/dev/uart16550.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/dev/fakes.hpp"

using namespace pagelab::dev;

namespace {

constexpr uint16_t kBase = 0x3f8;
enum { RBR, IER, IIR, LCR, MCR, LSR, MSR, SCR, THR = 0, FCR = 2 };

struct Rig {
    std::string sent;
    FakeLine irq;
    Uart16550 uart{irq, [this](uint8_t byte) { sent.push_back(static_cast<char>(byte)); }};

    uint8_t in(unsigned reg) { return in8(uart, static_cast<uint16_t>(kBase + reg)); }
    void out(unsigned reg, unsigned value)
    {
        out8(uart, static_cast<uint16_t>(kBase + reg), value);
    }
    void receive(std::string const& text)
    {
        uart.receive(std::vector<uint8_t>(text.begin(), text.end()));
    }
};

} // namespace

TEST_CASE("uart: writes go out at once and the transmitter is always empty")
{
    Rig rig;
    rig.out(LCR, 0x03);
    for (char c : std::string("hello")) {
        CHECK(rig.in(LSR) == 0x60);
        rig.out(THR, static_cast<uint8_t>(c));
    }
    CHECK(rig.sent == "hello");
    rig.out(LCR, 0x02); // seven bits a word
    rig.out(THR, 0xc1);
    CHECK(rig.sent == "helloA");
}

TEST_CASE("uart: who drops RTS has flow control, and says once for each time when it is ready")
{
    Rig rig;
    rig.out(MCR, 0x0b); // DTR, RTS, OUT2, as of those who never change them
    CHECK(!rig.uart.has_flow_control());
    rig.out(MCR, 0x1a); // loopback is not meant for outside
    rig.out(MCR, 0x00); // nor is hanging up
    CHECK(!rig.uart.has_flow_control());
    rig.out(MCR, 0x09);
    CHECK(rig.uart.has_flow_control());
    CHECK(!rig.uart.take_ready_to_receive());
    rig.out(MCR, 0x0b);
    CHECK(rig.uart.take_ready_to_receive());
    CHECK(!rig.uart.take_ready_to_receive());
    rig.out(MCR, 0x0b); // no change
    CHECK(!rig.uart.take_ready_to_receive());
    rig.out(MCR, 0x09);
    rig.out(MCR, 0x0b);
    rig.out(MCR, 0x09); // too late
    CHECK(!rig.uart.take_ready_to_receive());
    CHECK(rig.uart.has_flow_control());
}

TEST_CASE("uart: RTS raised before bytes that are there already were seen asks for no more")
{
    Rig rig;
    rig.out(MCR, 0x09);
    std::array<uint8_t, 1> const byte = {'x'};
    rig.uart.receive(byte);
    rig.out(MCR, 0x0b);
    CHECK(!rig.uart.take_ready_to_receive());
    CHECK(rig.in(0) == 'x');
    CHECK(!rig.uart.take_ready_to_receive());
    rig.out(MCR, 0x09);
    rig.out(MCR, 0x0b);
    CHECK(rig.uart.take_ready_to_receive());
}

TEST_CASE("uart: DLAB hides data and interrupt enable behind the divisor")
{
    Rig rig;
    rig.out(IER, 0xff);
    CHECK(rig.in(IER) == 0x0f);
    rig.out(LCR, 0x83);
    rig.out(0, 0x34);
    rig.out(1, 0x12);
    CHECK(rig.in(0) == 0x34);
    CHECK(rig.in(1) == 0x12);
    rig.out(LCR, 0x03);
    CHECK(rig.in(IER) == 0x0f);
    CHECK(rig.sent.empty());
    rig.out(SCR, 0xa5);
    CHECK(rig.in(SCR) == 0xa5);
}

TEST_CASE("uart: what Linux' autoconfig looks at says 16550A")
{
    Rig rig;
    rig.out(IER, 0);
    CHECK((rig.in(IER)&0x0f) == 0);
    rig.out(IER, 0x0f);
    CHECK((rig.in(IER)&0x0f) == 0x0f);
    rig.out(IER, 0);
    rig.out(MCR, 0x1a); // loop, OUT2, RTS: DCD and CTS come back
    CHECK((rig.in(MSR)&0xf0) == 0x90);
    rig.out(MCR, 0);
    rig.out(LCR, 0xbf);
    rig.out(2, 0); // EFR of later chips
    rig.out(LCR, 0);
    rig.out(FCR, 0x01);
    CHECK((rig.in(IIR) >> 6) == 3);
    rig.out(LCR, 0x80);
    CHECK(rig.in(2) != 0); // a 16650 has its EFR here
    rig.out(LCR, 0xbf);
    CHECK(rig.in(2) != 0); // a 16654
    rig.out(LCR, 0);
    rig.out(IER, 0x40); // XScale's UUE
    CHECK(rig.in(IER) == 0);
}

TEST_CASE("uart: Linux' THRE test: enabling the interrupt raises it every time")
{
    Rig rig;
    rig.out(MCR, 0x08);
    for (int i = 0; i < 2; ++i) {
        rig.out(IER, 0x02);
        CHECK(rig.irq.level);
        CHECK(rig.in(IIR) == 0x02);
        CHECK(rig.in(IIR) == 0x01); // reading it cleared it
        CHECK(!rig.irq.level);
        rig.out(IER, 0);
    }
    rig.out(IER, 0x02);
    rig.in(IIR);
    rig.out(THR, 'x');
    CHECK(rig.irq.level);
    CHECK(rig.in(IIR) == 0x02);
}

TEST_CASE("uart: received data, its FIFO and trigger levels")
{
    Rig rig;
    rig.out(MCR, 0x08);
    CHECK(rig.uart.can_receive() == 1);
    rig.out(FCR, 0x41); // FIFO, trigger at 4
    CHECK(rig.uart.can_receive() == 16);
    rig.out(IER, 0x01);
    CHECK(!rig.irq.level);
    rig.receive("abc");
    CHECK(rig.irq.level);
    CHECK(rig.in(IIR) == 0xcc); // fewer than 4, and the timeout has passed
    rig.receive("d");
    CHECK(rig.in(IIR) == 0xc4);
    CHECK(rig.in(LSR) == 0x61);
    CHECK(rig.in(RBR) == 'a');
    CHECK(rig.in(RBR) == 'b');
    CHECK(rig.in(RBR) == 'c');
    CHECK(rig.irq.level);
    CHECK(rig.in(RBR) == 'd');
    CHECK(!rig.irq.level);
    CHECK(rig.in(LSR) == 0x60);
    rig.receive("xyz");
    rig.out(FCR, 0x03); // clear the receiver
    CHECK(rig.in(LSR) == 0x60);
    rig.receive("xyz");
    rig.out(FCR, 0x00); // switching off clears too
    CHECK(rig.in(LSR) == 0x60);
    CHECK(rig.in(IIR) == 0x01);
}

TEST_CASE("uart: a full FIFO overruns, keeping the old bytes")
{
    Rig rig;
    rig.out(FCR, 0x01);
    rig.receive("0123456789abcdefX");
    CHECK(rig.uart.can_receive() == 0);
    CHECK(rig.in(LSR) == 0x63);
    CHECK(rig.in(LSR) == 0x61);
    for (char c : std::string("0123456789abcdef"))
        CHECK(rig.in(RBR) == c);
    CHECK(rig.in(LSR) == 0x60);
}

TEST_CASE("uart: interrupt priorities: line status, data, transmitter, modem")
{
    Rig rig;
    rig.out(MCR, 0x08);
    rig.receive("ab");  // no FIFO: one byte and an overrun
    rig.out(MCR, 0x18); // through loopback and back: the modem lines moved
    rig.out(MCR, 0x08);
    rig.out(IER, 0x0f);
    CHECK(rig.irq.level);
    CHECK(rig.in(IIR) == 0x06);
    CHECK(rig.in(LSR) == 0x63);
    CHECK(rig.in(IIR) == 0x04);
    CHECK(rig.in(IIR) == 0x04);
    CHECK(rig.in(RBR) == 'a');
    CHECK(rig.in(IIR) == 0x02);
    CHECK(rig.in(IIR) == 0x00);
    CHECK(rig.irq.level);
    CHECK((rig.in(MSR)&0x0b) != 0);
    CHECK(rig.in(MSR) == 0xb0);
    CHECK(rig.in(IIR) == 0x01);
    CHECK(!rig.irq.level);
}

TEST_CASE("uart: BREAK is a zero byte, and LSR shows it when it is the next to be read")
{
    Rig rig;
    rig.out(MCR, 0x08);
    rig.out(FCR, 0x01);
    rig.out(IER, 0x04); // line status alone
    rig.receive("a");
    rig.uart.receive_break();
    rig.receive("m");
    CHECK(!rig.irq.level);      // it is not the first
    CHECK(rig.in(LSR) == 0xe1); // but in the FIFO
    CHECK(rig.in(RBR) == 'a');
    CHECK(rig.irq.level);
    CHECK(rig.in(IIR) == 0xc6);
    CHECK(rig.in(LSR) == 0xf1);
    CHECK(!rig.irq.level);
    CHECK(rig.in(LSR) == 0x61); // reading it cleared it
    CHECK(rig.in(RBR) == 0);
    CHECK(rig.in(RBR) == 'm');
    CHECK(rig.in(LSR) == 0x60);

    rig.out(IER, 0x01); // data alone, as of those who look at LSR for each byte
    rig.uart.receive_break();
    CHECK(rig.in(IIR) == 0xc4);
    CHECK(rig.in(LSR) == 0xf1);
    CHECK(rig.in(RBR) == 0);
    rig.out(FCR, 0x00);
    rig.uart.receive_break();
    CHECK(rig.in(LSR) == 0x71); // without FIFO there is no bit 7
    rig.in(RBR);
    rig.out(MCR, 0x18);
    rig.uart.receive_break();
    CHECK(rig.in(LSR) == 0x60); // the pin is not heard in loopback
}

TEST_CASE("uart: OUT2 gates the line")
{
    Rig rig;
    rig.out(IER, 0x02);
    CHECK(!rig.irq.level);
    rig.out(MCR, 0x08);
    CHECK(rig.irq.level);
    rig.out(MCR, 0x18); // the pin is inactive in loopback
    CHECK(!rig.irq.level);
}

TEST_CASE("uart: loopback returns what is sent and hears nothing else")
{
    Rig rig;
    rig.out(LCR, 0x03);
    rig.out(MCR, 0x10);
    CHECK(rig.uart.can_receive() == 0);
    rig.receive("z");
    CHECK(rig.in(LSR) == 0x60);
    rig.out(THR, 'q');
    CHECK(rig.in(LSR) == 0x61);
    CHECK(rig.in(RBR) == 'q');
    CHECK(rig.sent.empty());

    rig.out(MCR, 0x14); // OUT1 is RI: a ring reports only when it ends
    rig.in(MSR);
    rig.out(MCR, 0x10);
    CHECK(rig.in(MSR) == 0x04);
    rig.out(MCR, 0x14);
    CHECK(rig.in(MSR) == 0x40);
}
