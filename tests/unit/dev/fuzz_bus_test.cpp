// Every device on one bus, driven at random: no crash, no sanitizer report, and a run repeats.
//
// PAGELAB_FUZZ_SEED and PAGELAB_FUZZ_STEPS (decimal) override the defaults; a failure prints them.
#include <cstdlib>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "emu/dev/cmos_rtc.hpp"
#include "emu/dev/debug_console.hpp"
#include "emu/dev/exit_port.hpp"
#include "emu/dev/ioapic.hpp"
#include "emu/dev/keyboard_controller.hpp"
#include "emu/dev/pic.hpp"
#include "emu/dev/pit.hpp"
#include "emu/dev/port_bus.hpp"
#include "emu/dev/post_port.hpp"
#include "emu/dev/uart16550.hpp"
#include "emu/dev/vga_text.hpp"
#include "guestkernel/abi/machine/ports.hpp"
#include "tests/unit/dev/fakes.hpp"

using namespace pagelab;
using namespace pagelab::dev;

namespace {

uint64_t number_from_environment(char const* name, uint64_t otherwise)
{
    char const* text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

struct Pc {
    FakeClock clock;
    uint64_t output_bytes = 0;
    ByteSink sink = [this](uint8_t) { ++output_bytes; };

    ApicBus apics{clock, 2};
    LocalApic& lapic = apics[0];
    IoApic ioapic{apics};
    Pic pic;
    Pit pit{clock, pic.line(0)};
    CmosRtc rtc{clock, pic.line(8), std::chrono::sys_days(std::chrono::year(2024) / 1 / 1), {}};
    Uart16550 uart{ioapic.line(4), sink};
    KeyboardController keyboard;
    DebugConsole console{sink};
    ExitPort exit;
    PostPort post;
    VgaText vga;
    PortBus bus;

    Pc()
    {
        bus.claim(port::kPic1Command, port::kPic1Data, pic, Access::Bytes);
        bus.claim(port::kPic2Command, port::kPic2Data, pic, Access::Bytes);
        bus.claim(port::kPic1TriggerMode, port::kPic2TriggerMode, pic, Access::Bytes);
        bus.claim(port::kPitCounter0, port::kPitControl, pit, Access::Bytes);
        bus.claim(port::kSystemControlB, port::kSystemControlB, pit, Access::Bytes);
        bus.claim(port::kKeyboardData, port::kKeyboardData, keyboard, Access::Bytes);
        bus.claim(port::kKeyboardCommand, port::kKeyboardCommand, keyboard, Access::Bytes);
        bus.claim(port::kSystemControlA, port::kSystemControlA, keyboard, Access::Bytes);
        bus.claim(port::kCmosIndex, port::kCmosData, rtc, Access::Bytes);
        bus.claim(port::kPostCode, port::kPostCode, post, Access::Bytes);
        bus.claim(port::kDebugConsole, port::kDebugConsole, console, Access::Bytes);
        bus.claim(port::kExit, port::kExit + 3, exit, Access::AnyWidth);
        bus.claim(port::kSerial1, port::kSerial1 + 7, uart, Access::Bytes);
        bus.claim(port::kCrtcIndex, port::kCrtcData, vga, Access::Bytes);
        bus.claim(port::kVgaStatus1, port::kVgaStatus1, vga, Access::Bytes);
    }
};

constexpr uint16_t kBusyPorts[] = {0x20, 0x21, 0xa0,  0xa1,  0x4d0, 0x4d1, 0x40,  0x41,  0x42,
                                   0x43, 0x61, 0x60,  0x64,  0x92,  0x70,  0x71,  0x71,  0x80,
                                   0xe9, 0xf4, 0x3f8, 0x3f9, 0x3fa, 0x3fb, 0x3fc, 0x3d4, 0x3da};

// A digest of everything read in a run of `steps` random operations.
uint64_t run(uint64_t seed, uint64_t steps)
{
    std::mt19937_64 random(seed);
    Pc pc;
    uint64_t digest = 0;
    auto const note = [&](uint64_t value) { digest = (digest ^ value) * 0x100000001b3; };
    for (uint64_t step = 0; step < steps; ++step) {
        uint64_t const dice = random();
        auto const width = std::array{Width::Byte, Width::Word, Width::Dword}[dice % 8 / 3];
        auto const port = dice & 0x100 ? kBusyPorts[(dice >> 16) % std::size(kBusyPorts)]
                                       : static_cast<uint16_t>(dice >> 16);
        auto const value = static_cast<uint32_t>(dice >> 32);
        auto const offset = static_cast<uint32_t>(dice >> 16) & 0xfff;
        switch (dice >> 9 & 15) {
        case 0:
        case 1:
        case 2:
        case 3:
            note(pc.bus.port_in(port, width));
            break;
        case 4:
            note(pc.lapic.mmio_read(offset));
            break;
        case 5:
            pc.lapic.mmio_write(offset, value);
            break;
        case 6:
            note(pc.ioapic.mmio_read(offset & 0x10));
            break;
        case 7:
            pc.ioapic.mmio_write(offset & 0x10, offset & 0x20 ? value : value & 0xbfff);
            break;
        case 8:
            if (pc.pic.has_interrupt())
                note(pc.pic.acknowledge());
            if (pc.lapic.has_interrupt())
                note(pc.lapic.acknowledge());
            break;
        case 9: {
            uint8_t const bytes[] = {1, 2, 3};
            pc.uart.receive(bytes);
            break;
        }
        case 10: { // on to an event, or some nanoseconds, seldom days
            auto const next = dice & 0x2000 ? pc.pit.next_event_ns() : pc.rtc.next_event_ns();
            uint64_t const jump = value >> (dice >> 14 & 31);
            pc.clock.now = std::max(pc.clock.now, next.value_or(0)) + jump;
            if ((dice >> 48) == 0)
                pc.clock.now += uint64_t{300} * 86400 * 1'000'000'000;
            pc.pit.advance_to(pc.clock.now);
            pc.rtc.advance_to(pc.clock.now);
            pc.lapic.advance_to(pc.clock.now);
            for (TimedDevice* device :
                 {static_cast<TimedDevice*>(&pc.pit), static_cast<TimedDevice*>(&pc.rtc),
                  static_cast<TimedDevice*>(&pc.lapic)}) {
                auto const event = device->next_event_ns();
                REQUIRE(event.value_or(pc.clock.now + 1) > pc.clock.now);
            }
            break;
        }
        default:
            pc.bus.port_out(port, width, value);
            break;
        }
    }
    note(pc.output_bytes);
    return digest;
}

} // namespace

TEST_CASE("fuzz: random accesses to every device, twice the same")
{
    uint64_t const seed = number_from_environment("PAGELAB_FUZZ_SEED", 20240101);
    uint64_t const steps = number_from_environment("PAGELAB_FUZZ_STEPS", 300'000);
    INFO("repeat: PAGELAB_FUZZ_SEED=" << seed << " PAGELAB_FUZZ_STEPS=" << steps
                                      << " tests/bin/unit_dev -tc='fuzz: random*'");
    uint64_t const first = run(seed, steps);
    CHECK(first == run(seed, steps));
    CHECK(first != run(seed + 1, steps));
}
