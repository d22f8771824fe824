// The ports of a text-mode display: the CRT controller's registers, and a status that moves.
//
// The screen itself is RAM at 0xb8000, the machine's. Here lie its start address and the cursor,
// both in character cells. The retrace bits of input status 1 flip at every read, so that loops
// waiting for retrace end at once. Source: IBM VGA Technical Reference, CRT controller registers.
#pragma once

#include <array>
#include <cstdint>

#include "emu/dev/device.hpp"

namespace pagelab::dev {

// Ports 0x3d4, 0x3d5 and 0x3da; byte wide.
class VgaText final : public PortDevice {
  public:
    // Character cells from the start of text memory.
    unsigned cursor() const { return word_at(kCursorHigh); }
    unsigned start_address() const { return word_at(kStartHigh); }

    uint32_t port_in(uint16_t port, Width width) override;
    void port_out(uint16_t port, Width width, uint32_t value) override;

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(registers_, index_, status_);
    }

  private:
    static constexpr unsigned kRegisterCount = 0x19;
    static constexpr unsigned kStartHigh = 0x0c;
    static constexpr unsigned kCursorHigh = 0x0e;

    unsigned word_at(unsigned high) const
    {
        return unsigned{registers_[high]} << 8 | registers_[high + 1];
    }

    std::array<uint8_t, kRegisterCount> registers_{};
    uint8_t index_ = 0;
    uint8_t status_ = 0;
};

} // namespace pagelab::dev
