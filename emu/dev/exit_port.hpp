// How a guest ends the run: the value it writes to port 0xf4, of any width, is its exit status.
//
// The machine looks at status() after every port write. The first write counts. QEMU's
// isa-debug-exit sits at the same port but reports (value << 1) | 1.
#pragma once

#include <cstdint>
#include <optional>

#include "emu/dev/device.hpp"

namespace pagelab::dev {

// Ports 0xf4..0xf7; any width.
class ExitPort final : public PortDevice {
  public:
    std::optional<uint32_t> status() const { return status_; }

    uint32_t port_in(uint16_t, Width width) override { return ones(width); }
    void port_out(uint16_t, Width width, uint32_t value) override
    {
        if (!status_)
            status_ = value & ones(width);
    }

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(status_);
    }

  private:
    std::optional<uint32_t> status_;
};

} // namespace pagelab::dev
