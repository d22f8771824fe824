// The local APICs of all CPUs, and the bus that carries messages between them and the I/O APIC.
//
// Source: Intel SDM volume 3, section 10.6.2 "Determining IPI Destination".
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "emu/dev/apic_message.hpp"
#include "emu/dev/device.hpp"
#include "emu/dev/lapic.hpp"

namespace pagelab::dev {

// Owns the local APICs; keeps a reference to the clock.
class ApicBus final {
  public:
    // cpus: 1..255; their APIC IDs are 0, 1 ...
    ApicBus(Clock const& clock, unsigned cpus);
    ApicBus(ApicBus const&) = delete; // the local APICs point back at it
    ApicBus& operator=(ApicBus const&) = delete;

    unsigned size() const { return static_cast<unsigned>(apics_.size()); }
    LocalApic& operator[](unsigned cpu) { return *apics_[cpu]; }
    LocalApic const& operator[](unsigned cpu) const { return *apics_[cpu]; }

    // To every local APIC the message names, but not `except`; whether one took it. A
    // lowest-priority message goes to one: that with the lowest processor priority, and of several
    // that with the lowest ID.
    bool send(ApicMessage const& message, LocalApic const* except = nullptr);

    // Called with the vector when a level-triggered interrupt ends: the I/O APIC listens.
    void on_level_eoi(std::function<void(uint8_t)> listener) { level_eoi_ = std::move(listener); }
    void end_level(uint8_t vector);

    template<class Archive>
    void serialize(Archive& archive)
    {
        for (auto const& apic : apics_)
            archive(*apic);
    }

  private:
    std::function<void(uint8_t)> level_eoi_;
    std::vector<std::unique_ptr<LocalApic>> apics_;
};

} // namespace pagelab::dev
