// The local APIC of one CPU: pending vectors, their priorities, and a timer.
//
// It starts disabled by software (SVR bit 8 clear), and then the CPU's interrupts are the PIC's:
// passes_pic() says whether they still are (virtual wire: LINT0 unmasked and ExtINT). NMI, INIT and
// start-up messages wait here until the CPU takes them, and come through although it is disabled.
// SMI goes nowhere. xAPIC only, no TSC-deadline mode.
//
// Source: Intel SDM volume 3, chapter 10.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "emu/dev/apic_message.hpp"
#include "emu/dev/device.hpp"
#include "emu/dev/lapic_timer.hpp"
#include "emu/dev/vector_set.hpp"
#include "guestkernel/abi/x86/lapic.hpp"

namespace pagelab::dev {

inline constexpr uint64_t kLapicBase = x86::lapic::kDefaultBase; // physical; one page

class ApicBus;

// Keeps references to the clock and the bus.
class LocalApic final : public TimedDevice {
  public:
    LocalApic(Clock const& clock, uint8_t id, ApicBus& bus);

    // What INIT leaves: all but the ID (SDM 10.4.7.3).
    void reset();

    // offset: bytes into the page, rounded down to a register. Unknown registers read 0.
    uint32_t mmio_read(uint32_t offset);
    void mmio_write(uint32_t offset, uint32_t value);

    bool is_enabled() const; // by software
    bool is_destination(ApicMessage const& message) const;
    // Of what is running, or would be interrupted (PPR).
    uint8_t processor_priority() const;
    // A message for this CPU: whether it is now pending (or was already).
    bool receive(ApicMessage const& message);

    bool has_nmi() const { return nmi_; }
    bool take_nmi() { return std::exchange(nmi_, false); }
    bool take_init() { return std::exchange(init_, false); }
    // The page a CPU that waits for it starts at.
    std::optional<uint8_t> take_start_up() { return std::exchange(start_up_, std::nullopt); }
    bool has_init_or_start_up() const { return init_ || start_up_; }

    bool has_interrupt() const;
    // The vector to deliver, now in service; the spurious vector if there is none.
    uint8_t acknowledge();
    bool passes_pic() const;

    std::optional<uint64_t> next_event_ns() const override;
    void advance_to(uint64_t now_ns) override;

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(nmi_, init_, start_up_, task_priority_, logical_destination_, destination_format_,
                spurious_vector_, command_low_, command_high_, error_status_, errors_, lvt_,
                request_, in_service_, level_, timer_);
    }

  private:
    static constexpr unsigned kLvtCount = 6; // timer, thermal, performance, LINT0, LINT1, error

    uint32_t& lvt(uint32_t offset);
    uint32_t lvt(uint32_t offset) const;
    void write_lvt(uint32_t offset, uint32_t value);
    void write_spurious_vector(uint32_t value);
    void end_of_interrupt();
    void send_command();
    void raise_local(uint32_t lvt_offset);
    void report_error(uint32_t bit);

    Clock const& clock_;
    ApicBus& bus_;

    bool nmi_ = false;
    bool init_ = false;
    std::optional<uint8_t> start_up_;
    uint8_t id_;
    uint8_t task_priority_ = 0;
    uint32_t logical_destination_ = 0;
    uint32_t destination_format_ = 0;
    uint32_t spurious_vector_ = 0;
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
