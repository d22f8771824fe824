// The PC/AT's interrupt controllers: two 8259As, the second behind the first one's input 2.
//
// IRQ 0..7 are the first chip's inputs, 8..15 the second's; input 2 of the first is the second's
// INT pin, so IRQ 2 does not exist and its line goes nowhere. ELCR at 0x4d0/0x4d1 makes an IRQ
// level triggered, except 0, 1, 2, 8 and 13 (Intel 82371SB section 2.6.9).
#pragma once

#include <array>
#include <cstdint>

#include "emu/dev/device.hpp"
#include "emu/dev/i8259.hpp"

namespace pagelab::dev {

// Ports 0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1; byte wide. Owns its sixteen lines.
class Pic final : public PortDevice {
  public:
    Pic();
    Pic(Pic const&) = delete; // its lines point back at it
    Pic& operator=(Pic const&) = delete;

    // irq 0..15.
    InterruptLine& line(unsigned irq);

    // The CPU's INTR pin.
    bool has_interrupt() const { return master_.pending().has_value(); }

    // The INTA cycle: the vector. If the request was withdrawn it is a spurious IRQ 7, or IRQ 15 if
    // only the slave's went away; neither is in service afterwards.
    uint8_t acknowledge();

    uint32_t port_in(uint16_t port, Width width) override;
    void port_out(uint16_t port, Width width, uint32_t value) override;

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(master_, slave_);
    }

  private:
    class Line final : public InterruptLine {
      public:
        void set(bool asserted) override { pic->set_irq(irq, asserted); }
        Pic* pic = nullptr;
        unsigned irq = 0;
    };

    void set_irq(unsigned irq, bool asserted);
    void drive_cascade();

    I8259 master_;
    I8259 slave_;
    std::array<Line, 16> lines_;
};

} // namespace pagelab::dev
