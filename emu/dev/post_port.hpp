// The power-on self test port: remembers the last byte written and does nothing with it.
//
// Software also writes here to wait about a microsecond (Linux arch/x86/kernel/io_delay.c).
#pragma once

#include <cstdint>

#include "emu/dev/device.hpp"

namespace pagelab::dev {

// Port 0x80; byte wide.
class PostPort final : public PortDevice {
  public:
    uint8_t last_code() const { return last_code_; }

    uint32_t port_in(uint16_t, Width) override { return last_code_; }
    void port_out(uint16_t, Width, uint32_t value) override
    {
        last_code_ = static_cast<uint8_t>(value);
    }

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(last_code_);
    }

  private:
    uint8_t last_code_ = 0;
};

} // namespace pagelab::dev
