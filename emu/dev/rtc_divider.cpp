// Seconds and ticks of the clock's time base, without 64-bit overflow.
#include "emu/dev/rtc_divider.hpp"

namespace pagelab::dev {

namespace {

constexpr uint64_t kHz = 32768;

} // namespace

int64_t RtcDivider::updates(uint64_t ns) const
{
    return static_cast<int64_t>((ns + phase_ns_) / kNsPerSecond);
}

uint64_t RtcDivider::update_ns(int64_t update) const
{
    return static_cast<uint64_t>(update) * kNsPerSecond - phase_ns_;
}

uint64_t RtcDivider::periods(uint64_t ns, uint64_t ticks) const
{
    uint64_t const time = ns + phase_ns_;
    return (time / kNsPerSecond * kHz + time % kNsPerSecond * kHz / kNsPerSecond) / ticks;
}

uint64_t RtcDivider::period_ns(uint64_t count, uint64_t ticks) const
{
    uint64_t const tick = count * ticks;
    return tick / kHz * kNsPerSecond + (tick % kHz * kNsPerSecond + kHz - 1) / kHz - phase_ns_;
}

void RtcDivider::restart(uint64_t ns)
{
    phase_ns_ = (kNsPerSecond + kNsPerSecond / 2 - ns % kNsPerSecond) % kNsPerSecond;
}

} // namespace pagelab::dev
