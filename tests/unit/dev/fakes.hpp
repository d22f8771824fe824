// A clock set by hand and an interrupt line that remembers, for the device tests.
#pragma once

#include <cstdint>

#include "emu/dev/device.hpp"

namespace pagelab::dev {

class FakeClock final : public Clock {
  public:
    uint64_t now_ns() const override { return now; }
    uint64_t now = 0;
};

class FakeLine final : public InterruptLine {
  public:
    void set(bool asserted) override
    {
        rises += asserted && !level;
        level = asserted;
    }
    bool level = false;
    unsigned rises = 0;
};

inline uint8_t in8(PortDevice& device, uint16_t port)
{
    return static_cast<uint8_t>(device.port_in(port, Width::Byte));
}

inline void out8(PortDevice& device, uint16_t port, uint32_t value)
{
    device.port_out(port, Width::Byte, value & 0xff);
}

} // namespace pagelab::dev
