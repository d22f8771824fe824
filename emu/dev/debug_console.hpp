// The debug console of Bochs and QEMU: a byte written to port 0xe9 is printed.
//
// Reading gives 0xe9, by which software finds out that the port is there.
#pragma once

#include <utility>

#include "emu/dev/device.hpp"

namespace pagelab::dev {

// Port 0xe9; byte wide.
class DebugConsole final : public PortDevice {
  public:
    explicit DebugConsole(ByteSink output) : output_(std::move(output)) {}

    uint32_t port_in(uint16_t, Width) override { return 0xe9; }
    void port_out(uint16_t, Width, uint32_t value) override
    {
        output_(static_cast<uint8_t>(value));
    }

  private:
    ByteSink output_;
};

} // namespace pagelab::dev
