// The 16550A at COM1.
#include "guestkernel/arch/x86/uart.hpp"

#include "guestkernel/abi/machine/ports.hpp"
#include "guestkernel/arch/x86/io.hpp"

namespace pagelab::arch {

namespace {

constexpr uint16_t kData = port::kSerial1;
constexpr uint16_t kInterruptEnable = port::kSerial1 + 1;
constexpr uint16_t kFifoControl = port::kSerial1 + 2; // read: interrupt identification
constexpr uint16_t kLineControl = port::kSerial1 + 3;
constexpr uint16_t kModemControl = port::kSerial1 + 4;
constexpr uint16_t kLineStatus = port::kSerial1 + 5;

constexpr uint8_t kReceivedInterrupt = 1 << 0;
constexpr uint8_t kFifosEnabled = 0xc0; // of the identification: a working 16550A
constexpr uint8_t kEnableAndClearFifos = 0x07;
constexpr uint8_t kEightBits = 0x03;
constexpr uint8_t kDivisorLatch = 0x80;
constexpr uint8_t kDtrOut2 = 0x09; // OUT2 connects the interrupt line on a PC
constexpr uint8_t kRts = 0x02;
constexpr uint8_t kDataReady = 1 << 0;
constexpr uint8_t kBreak = 1 << 4; // the line was low for longer than a character
constexpr uint8_t kTransmitEmpty = 1 << 5;

size_t burst = 1; // bytes that fit once kTransmitEmpty says so

} // namespace

void uart_init()
{
    outb(kInterruptEnable, 0);
    outb(kLineControl, kDivisorLatch | kEightBits);
    outb(kData, 1); // divisor 1: 115200 baud
    outb(kInterruptEnable, 0);
    outb(kLineControl, kEightBits);
    outb(kFifoControl, kEnableAndClearFifos);
    if ((inb(kFifoControl) & kFifosEnabled) == kFifosEnabled)
        burst = 16;
    outb(kModemControl, kDtrOut2);
}

void uart_set_input(uart_input input)
{
    outb(kModemControl, input == uart_input::ready ? kDtrOut2 | kRts : kDtrOut2);
}

void uart_write(char const* text, size_t length)
{
    while (length > 0) {
        while ((inb(kLineStatus) & kTransmitEmpty) == 0) {
        }
        size_t const count = length < burst ? length : burst;
        for (size_t i = 0; i < count; i++)
            outb(kData, static_cast<uint8_t>(text[i]));
        text += count;
        length -= count;
    }
}

void uart_enable_receive_interrupt()
{
    outb(kInterruptEnable, kReceivedInterrupt);
}

bool uart_has_received()
{
    return (inb(kLineStatus) & kDataReady) != 0;
}

int uart_read()
{
    uint8_t const status = inb(kLineStatus);
    if ((status & kDataReady) == 0)
        return kUartEmpty;
    uint8_t const byte = inb(kData);
    return (status & kBreak) != 0 ? kUartBreak : byte;
}

} // namespace pagelab::arch
