// The PC's 8254 timer: three counters at 1,193,182 Hz, and port 0x61 that gates counter 2.
//
// Counter 0's OUT is IRQ 0. Counter 1 was DRAM refresh and drives nothing. Counter 2's gate is
// port 0x61 bit 0 and its OUT is read back in bit 5: kernels calibrate the TSC by it (Linux
// arch/x86/kernel/tsc.c, pit_calibrate_tsc; memtest86+ likewise). Sources: Intel 8254 data sheet
// (231164); Intel 82371SB section 2.6.7 (port 0x61).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "emu/dev/device.hpp"
#include "emu/dev/pit_channel.hpp"

namespace pagelab::dev {

inline constexpr uint64_t kPitHz = 1'193'182;

// Whole input periods in that time, and the first nanosecond at which that many have passed.
// Exact for all 64-bit times: no drift.
uint64_t pit_ticks(uint64_t ns);
uint64_t pit_tick_ns(uint64_t tick);

// Ports 0x40..0x43 and 0x61; byte wide. Keeps references to the clock and to IRQ 0's line.
class Pit final : public PortDevice, public TimedDevice {
  public:
    Pit(Clock const& clock, InterruptLine& irq0);

    uint32_t port_in(uint16_t port, Width width) override;
    void port_out(uint16_t port, Width width, uint32_t value) override;

    std::optional<uint64_t> next_event_ns() const override;
    void advance_to(uint64_t now_ns) override;

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(channels_, tick_, system_control_);
    }

  private:
    void write_control(uint8_t value);
    uint8_t system_control() const;

    Clock const& clock_;
    InterruptLine& irq0_;
    std::array<PitChannel, 3> channels_;
    uint64_t tick_ = 0;          // the tick everything above is up to date with
    uint8_t system_control_ = 0; // port 0x61 bits 3:0 as written
};

} // namespace pagelab::dev
