// The MC146818's time base: 32,768 Hz divided down to one update a second.
//
// The divider's time is virtual time plus a phase below one second, so both counters below are
// functions of virtual time. Plain data: copy it to save it.
#pragma once

#include <cstdint>

namespace pagelab::dev {

inline constexpr uint64_t kNsPerSecond = 1'000'000'000;

class RtcDivider {
  public:
    // Seconds that have begun by virtual time ns, and the virtual time at which one begins.
    int64_t updates(uint64_t ns) const;
    uint64_t update_ns(int64_t update) const;

    // Nanoseconds since the last update.
    uint64_t since_update(uint64_t ns) const { return (ns + phase_ns_) % kNsPerSecond; }

    // Whole periods of so many 32,768 Hz ticks, and the first nanosecond with so many passed.
    uint64_t periods(uint64_t ns, uint64_t ticks) const;
    uint64_t period_ns(uint64_t count, uint64_t ticks) const;

    // Released from reset at ns: the first update comes half a second later.
    void restart(uint64_t ns);

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(phase_ns_);
    }

  private:
    uint64_t phase_ns_ = 0;
};

} // namespace pagelab::dev
