// The count as a function of the time since it was last set.
#include "emu/dev/lapic_timer.hpp"

namespace pagelab::dev {

uint32_t LapicTimer::current_count(uint64_t now) const
{
    if (!running_)
        return 0;
    uint64_t const counted = (now - started_ns_) >> shift_;
    return counted < count_ ? static_cast<uint32_t>(count_ - counted) : 0;
}

void LapicTimer::start(uint32_t initial, uint64_t now)
{
    initial_ = initial;
    count_ = initial;
    started_ns_ = now;
    running_ = initial != 0;
}

void LapicTimer::set_divide_register(uint32_t value, uint64_t now)
{
    count_ = current_count(now);
    started_ns_ = now;
    divide_ = value & 0x0b;
    shift_ = ((divide_ >> 1 & 4) + (divide_ & 3) + 1) & 7; // 0..6 divide by 2..128, 7 by 1
}

std::optional<uint64_t> LapicTimer::next_expiry() const
{
    if (!running_)
        return std::nullopt;
    return expiry_ns();
}

bool LapicTimer::expire(uint64_t now)
{
    if (!running_ || now < expiry_ns())
        return false;
    if (mode_ == Mode::Periodic) {
        uint64_t const period = uint64_t{initial_} << shift_;
        started_ns_ = expiry_ns() + (now - expiry_ns()) / period * period;
        count_ = initial_;
    } else {
        running_ = false;
    }
    return true;
}

} // namespace pagelab::dev
