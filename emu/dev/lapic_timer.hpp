// The local APIC's timer: counts down from the initial count, once or for ever.
//
// One bus clock is one virtual nanosecond (1 GHz), divided by 1..128. Every `now` is in virtual
// nanoseconds and not less than the last; call expire(now) before changing anything. Source: Intel
// SDM volume 3, section 10.5.4 "APIC Timer" (TSC-deadline mode is not offered). Plain data: copy it
// to save it.
#pragma once

#include <cstdint>
#include <optional>

namespace pagelab::dev {

class LapicTimer {
  public:
    enum class Mode : uint8_t { OneShot, Periodic };

    // What happens at zero: stop, or start again.
    void set_mode(Mode mode) { mode_ = mode; }

    // Divide configuration register: bits 3, 1 and 0.
    uint32_t divide_register() const { return divide_; }
    void set_divide_register(uint32_t value, uint64_t now);

    uint32_t initial_count() const { return initial_; }
    uint32_t current_count(uint64_t now) const;
    void start(uint32_t initial, uint64_t now); // 0 stops

    // When the count next reaches zero; nothing if it is not running.
    std::optional<uint64_t> next_expiry() const;

    // Whether the count has reached zero since the last call, once or oftener.
    bool expire(uint64_t now);

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(mode_, divide_, shift_, initial_, started_ns_, count_, running_);
    }

  private:
    uint64_t expiry_ns() const { return started_ns_ + (uint64_t{count_} << shift_); }

    Mode mode_ = Mode::OneShot;
    uint32_t divide_ = 0;
    unsigned shift_ = 1; // the divisor's logarithm
    uint32_t initial_ = 0;
    uint64_t started_ns_ = 0; // running: the count was count_ at started_ns_
    uint32_t count_ = 0;
    bool running_ = false;
};

} // namespace pagelab::dev
