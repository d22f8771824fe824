// The 8254 timer.
#include "guestkernel/arch/x86/pit.hpp"

#include "guestkernel/abi/machine/ports.hpp"
#include "guestkernel/arch/x86/io.hpp"

namespace pagelab::arch {

namespace {

constexpr uint8_t kCounter0Rate = 0x34;    // counter 0, low byte then high, mode 2, binary
constexpr uint8_t kCounter2OneShot = 0xb0; // counter 2, low byte then high, mode 0, binary
constexpr uint8_t kGate2 = 1 << 0;         // of port 0x61
constexpr uint8_t kSpeaker = 1 << 1;
constexpr uint8_t kOutput2 = 1 << 5;

} // namespace

void pit_start_tick()
{
    constexpr uint16_t kDivisor = (kPitHz + kHz / 2) / kHz;
    outb(port::kPitControl, kCounter0Rate);
    outb(port::kPitCounter0, kDivisor & 0xff);
    outb(port::kPitCounter0, kDivisor >> 8);
}

void pit_wait(uint16_t ticks)
{
    uint8_t const control = inb(port::kSystemControlB);
    outb(port::kSystemControlB, static_cast<uint8_t>((control & ~kSpeaker) | kGate2));
    outb(port::kPitControl, kCounter2OneShot);
    outb(port::kPitCounter2, static_cast<uint8_t>(ticks));
    outb(port::kPitCounter2, static_cast<uint8_t>(ticks >> 8));
    while ((inb(port::kSystemControlB) & kOutput2) == 0) {
    }
    outb(port::kSystemControlB, control);
}

} // namespace pagelab::arch
