// The local APIC of one CPU: pending vectors, their priorities, and a timer.
//
// It starts disabled by software (SVR bit 8 clear), and then the CPU's interrupts are the PIC's:
// passes_pic() says whether they still are (virtual wire: LINT0 unmasked and ExtINT). Fixed and
// lowest-priority interrupts are delivered; SMI, NMI, INIT and start-up messages are not, and
// nothing goes to other CPUs. xAPIC only, no TSC-deadline mode.
//
// Source: Intel SDM volume 3, chapter 10.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "emu/dev/apic_message.hpp"
#include "emu/dev/device.hpp"
#include "emu/dev/lapic_timer.hpp"
#include "emu/dev/vector_set.hpp"

namespace pagelab::dev {

inline constexpr uint64_t kLapicBase = 0xfee0'0000; // physical; one page

// Keeps a reference to the clock.
class LocalApic final : public TimedDevice {
  public:
    LocalApic(Clock const& clock, uint8_t id);

    // offset: bytes into the page, rounded down to a register. Unknown registers read 0.
    uint32_t mmio_read(uint32_t offset);
    void mmio_write(uint32_t offset, uint32_t value);

    // Whether the message was for this CPU and is now pending (or was already).
    bool receive(ApicMessage const& message);

    // Called with the vector when a level-triggered interrupt ends: the I/O APIC listens.
    void on_level_eoi(std::function<void(uint8_t)> listener) { level_eoi_ = std::move(listener); }

    bool has_interrupt() const;
    // The vector to deliver, now in service; the spurious vector if there is none.
    uint8_t acknowledge();
    bool passes_pic() const;

    std::optional<uint64_t> next_event_ns() const override;
    void advance_to(uint64_t now_ns) override;

  private:
    static constexpr unsigned kLvtCount = 6; // timer, thermal, performance, LINT0, LINT1, error

    bool is_enabled() const;
    bool is_destination(ApicMessage const& message) const;
    uint8_t processor_priority() const;
    uint32_t& lvt(uint32_t offset);
    uint32_t lvt(uint32_t offset) const;
    void write_lvt(uint32_t offset, uint32_t value);
    void write_spurious_vector(uint32_t value);
    void end_of_interrupt();
    void send_command();
    void raise_local(uint32_t lvt_offset);
    void report_error(uint32_t bit);

    Clock const& clock_;
    std::function<void(uint8_t)> level_eoi_;

    uint8_t id_;
    uint8_t task_priority_ = 0;
    uint32_t logical_destination_ = 0;
    uint32_t destination_format_ = 0xffff'ffff; // flat model
    uint32_t spurious_vector_ = 0xff;           // disabled
    uint32_t command_low_ = 0;
    uint32_t command_high_ = 0;
    uint32_t error_status_ = 0; // as last latched by a write
    uint32_t errors_ = 0;       // since then
    std::array<uint32_t, kLvtCount> lvt_;
    VectorSet request_;
    VectorSet in_service_;
    VectorSet level_; // TMR
    LapicTimer timer_;
};

} // namespace pagelab::dev
