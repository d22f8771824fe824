// Polled output: at most a fixed number of looks at the serial port, should it be missing.
#include "firmware/console.hpp"

#include "firmware/io.hpp"
#include "guestkernel/abi/machine/ports.hpp"

namespace pagelab::firmware {

namespace {

constexpr uint16_t kLineControl = port::kSerial1 + 3;
constexpr uint8_t kEightBits = 0x03; // and no parity, one stop bit
constexpr uint16_t kLineStatus = port::kSerial1 + 5;
constexpr uint8_t kTransmitEmpty = 0x20;
constexpr uint32_t kPatience = 100'000;

void put(char c)
{
    out8(port::kDebugConsole, static_cast<uint8_t>(c));
    for (uint32_t i = 0; i < kPatience && (in8(kLineStatus) & kTransmitEmpty) == 0; i++)
        ;
    out8(port::kSerial1, static_cast<uint8_t>(c));
}

void put(char const* text)
{
    for (; *text != '\0'; text++)
        put(*text);
}

} // namespace

void die(char const* reason)
{
    out8(kLineControl, kEightBits);
    put("pagelab firmware: ");
    put(reason);
    put("\r\n");
    halt();
}

} // namespace pagelab::firmware
