// The 8042 with no keyboard plugged in: A20 gate, CPU reset, and answers to the controller's tests.
//
// Commands that are for a keyboard or mouse are swallowed; there is one channel (AT style), so the
// mouse tests fail at once instead of timing out. The chip set's port 0x92 gates A20 and resets
// too: A20 is enabled if either gate says so. A20 starts enabled, as firmware leaves it.
//
// Sources: IBM PC/AT Technical Reference, "Keyboard Controller"; Intel 82371SB section 2.6.8 (port
// 0x92); Linux drivers/input/serio/i8042.c for what a probe expects.
#pragma once

#include <cstdint>
#include <optional>

#include "emu/dev/device.hpp"

namespace pagelab::dev {

// Ports 0x60, 0x64 and 0x92; byte wide.
class KeyboardController final : public PortDevice {
  public:
    bool a20_enabled() const;

    // The CPU's reset pin was pulsed. Stays true: the machine that resets makes new devices.
    bool reset_requested() const { return reset_requested_; }

    uint32_t port_in(uint16_t port, Width width) override;
    void port_out(uint16_t port, Width width, uint32_t value) override;

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(reply_, expect_, command_byte_, output_port_, system_control_, last_was_command_,
                self_tested_, reset_requested_);
    }

  private:
    enum class Expect : uint8_t { DeviceByte, CommandByte, OutputPort, Reply, Ignored };

    void command(uint8_t value);
    void data(uint8_t value);
    void set_output_port(uint8_t value);

    std::optional<uint8_t> reply_; // in the output buffer
    Expect expect_ = Expect::DeviceByte;
    uint8_t command_byte_ = 0x30; // both devices disabled
    uint8_t output_port_ = 0x03;  // A20 enabled, reset not asserted
    uint8_t system_control_ = 0;  // port 0x92 as written, without the reset bit
    bool last_was_command_ = false;
    bool self_tested_ = false;
    bool reset_requested_ = false;
};

} // namespace pagelab::dev
