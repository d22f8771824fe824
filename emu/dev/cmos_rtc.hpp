// The MC146818: a clock that starts at a fixed date and runs on virtual time, and 128 bytes of RAM.
//
// The date shown is the start date plus virtual time, so every run sees the same dates. Interrupts
// (periodic, alarm, update ended) are IRQ 8. The update takes no time: UIP announces it 244 us
// ahead, the registers then change at once. The day of the week follows from the date.
//
// Source: Motorola MC146818 data sheet (registers A-D, update cycle). Linux'
// drivers/rtc/rtc-mc146818-lib.c is the main reader.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "emu/dev/cmos_memory.hpp"
#include "emu/dev/device.hpp"
#include "emu/dev/rtc_divider.hpp"
#include "emu/dev/rtc_time.hpp"

namespace pagelab::dev {

// Ports 0x70 and 0x71; byte wide. Keeps references to the clock and to IRQ 8's line.
class CmosRtc final : public PortDevice, public TimedDevice {
  public:
    CmosRtc(Clock const& clock, InterruptLine& irq8, std::chrono::sys_seconds start,
            CmosConfig const& config);

    uint32_t port_in(uint16_t port, Width width) override;
    void port_out(uint16_t port, Width width, uint32_t value) override;

    std::optional<uint64_t> next_event_ns() const override;
    void advance_to(uint64_t now_ns) override;

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(bytes_, index_, divider_, epoch_, synced_ns_, stopped_);
    }

  private:
    NumberFormat number_format() const;
    HourFormat hour_format() const;
    bool is_divider_held() const;
    bool is_updating() const;
    bool is_clock_register(unsigned index) const;

    uint64_t periodic_ticks() const;
    std::chrono::sys_seconds now() const;

    uint8_t read_time(unsigned index) const;
    void write_time(unsigned index, uint8_t value);
    bool alarm_matches(std::chrono::sys_seconds at) const;
    uint8_t read_register(unsigned index);
    void write_register(unsigned index, uint8_t value);
    void write_a(uint8_t value);
    void write_b(uint8_t value);
    void stop_or_start();
    void set_time(std::chrono::sys_seconds seconds);
    void drive_line();

    Clock const& clock_;
    InterruptLine& irq8_;
    std::array<uint8_t, kCmosBytes> bytes_; // alarm, A, B, C (flags) and all that is not time
    uint8_t index_ = 0;

    RtcDivider divider_;
    std::chrono::sys_seconds epoch_; // the date at the divider's update 0
    uint64_t synced_ns_ = 0;         // flags are up to date with this virtual time
    std::optional<RtcTime> stopped_; // the registers while updates are off (SET, divider held)
};

} // namespace pagelab::dev
