// The I/O port space: 65,536 ports, each owned by one device or by nobody.
//
// Finding the owner is one table look-up. A port nobody owns reads as all ones and swallows
// writes, as an ISA bus does. A wide access to a byte-wide device becomes one byte access per
// port, lowest first, each to that port's own owner. Nothing lies beyond port 0xffff.
#pragma once

#include <cstdint>
#include <vector>

#include "emu/dev/device.hpp"

namespace pagelab::dev {

// How a device wants accesses wider than a byte: cut into bytes, or as the guest made them.
enum class Access { Bytes, AnyWidth };

class PortBus final : public PortDevice {
  public:
    PortBus();

    // Gives ports first..last to the device, which the caller owns and keeps alive as long as the
    // bus. Ports must be free and devices fewer than 256: anything else is a bug of the machine.
    void claim(uint16_t first, uint16_t last, PortDevice& device, Access access);

    uint32_t port_in(uint16_t port, Width width) override;
    void port_out(uint16_t port, Width width, uint32_t value) override;

  private:
    struct Claim {
        PortDevice* device;
        Access access;
    };

    Claim const& claim_at(uint32_t port) const { return claims_[owner_[port]]; }

    std::vector<Claim> claims_;  // [0] is nobody
    std::vector<uint8_t> owner_; // by port: an index into claims_
};

} // namespace pagelab::dev
