// The commands of the 8042. A reply waits in the output buffer; a newer one replaces it.
#include "emu/dev/keyboard_controller.hpp"

#include <utility>

#include "guestkernel/abi/machine/ports.hpp"
#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::dev {

namespace {

using x86::Bit;

namespace status {
using OutputFull = Bit<0>;
using SelfTestPassed = Bit<2>;
using LastWasCommand = Bit<3>;
using NotLocked = Bit<4>;
} // namespace status

namespace output_port {
using NotReset = Bit<0>;
using A20Gate = Bit<1>;
} // namespace output_port

namespace system_control {
using Reset = Bit<0>;
using A20Gate = Bit<1>;
} // namespace system_control

constexpr uint8_t kSelfTestPassed = 0x55;
constexpr uint8_t kInterfaceGood = 0x00;
constexpr uint8_t kInterfaceClockLow = 0x01;
constexpr uint8_t kInputPort = 0x80; // not locked

} // namespace

bool KeyboardController::a20_enabled() const
{
    return output_port::A20Gate::is_set(output_port_) ||
           system_control::A20Gate::is_set(system_control_);
}

uint32_t KeyboardController::port_in(uint16_t port, Width)
{
    switch (port) {
    case port::kKeyboardData:
        return std::exchange(reply_, std::nullopt).value_or(0);
    case port::kKeyboardCommand:
        return static_cast<uint32_t>(status::OutputFull::make(reply_.has_value()) |
                                     status::SelfTestPassed::make(self_tested_) |
                                     status::LastWasCommand::make(last_was_command_) |
                                     status::NotLocked::mask);
    case port::kSystemControlA:
        return system_control_;
    default:
        return 0xff;
    }
}

void KeyboardController::port_out(uint16_t port, Width, uint32_t value)
{
    auto const byte = static_cast<uint8_t>(value);
    switch (port) {
    case port::kKeyboardData:
        data(byte);
        break;
    case port::kKeyboardCommand:
        command(byte);
        break;
    case port::kSystemControlA:
        reset_requested_ = reset_requested_ || system_control::Reset::is_set(byte);
        system_control_ = byte & 0xfe;
        break;
    default:
        break;
    }
}

void KeyboardController::command(uint8_t value)
{
    last_was_command_ = true;
    expect_ = Expect::DeviceByte;
    switch (value) {
    case 0x20:
        reply_ = command_byte_;
        break;
    case 0x60:
        expect_ = Expect::CommandByte;
        break;
    case 0xa9:
        reply_ = kInterfaceClockLow;
        break; // test the mouse's wires: there are none
    case 0xaa:
        self_tested_ = true;
        reply_ = kSelfTestPassed;
        break;
    case 0xab:
        reply_ = kInterfaceGood;
        break;
    case 0xad:
        command_byte_ |= 0x10;
        break; // keyboard off, on
    case 0xae:
        command_byte_ &= 0xef;
        break;
    case 0xc0:
        reply_ = kInputPort;
        break;
    case 0xd0:
        reply_ = output_port_;
        break;
    case 0xd1:
        expect_ = Expect::OutputPort;
        break;
    case 0xd2: // what follows comes back, as if a keyboard or a mouse had sent it
    case 0xd3:
        expect_ = Expect::Reply;
        break;
    case 0xd4:
        expect_ = Expect::Ignored;
        break;
    case 0xdd:
        output_port_ &= 0xfd;
        break; // A20 off, on
    case 0xdf:
        output_port_ |= 0x02;
        break;
    default:
        if (value >= 0xf0 && !output_port::NotReset::is_set(value))
            reset_requested_ = true; // pulse the output port bits that are 0
        break;
    }
}

void KeyboardController::data(uint8_t value)
{
    last_was_command_ = false;
    switch (std::exchange(expect_, Expect::DeviceByte)) {
    case Expect::DeviceByte:
    case Expect::Ignored:
        break;
    case Expect::CommandByte:
        command_byte_ = value;
        break;
    case Expect::OutputPort:
        set_output_port(value);
        break;
    case Expect::Reply:
        reply_ = value;
        break;
    }
}

void KeyboardController::set_output_port(uint8_t value)
{
    output_port_ = value | output_port::NotReset::mask;
    if (!output_port::NotReset::is_set(value))
        reset_requested_ = true;
}

} // namespace pagelab::dev
