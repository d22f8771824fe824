// Counting down without a loop: count and OUT from the ticks elapsed since the count was loaded.
//
//   mode  OUT, N = count, t = ticks since loading, p = t mod N
//   0     low, high from t = N                     (interrupt on terminal count)
//   1     low while t < N, after a gate edge       (one-shot)
//   2     low while p = N - 1                      (rate generator)
//   3     high while p < (N + 1) / 2               (square wave)
//   4, 5  low while t = N; 5 waits for a gate edge (strobe)
//
// Loading takes one tick: a count written at tick w is loaded at w + 1.
#include "emu/dev/pit_channel.hpp"

#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::dev {

namespace {

using Bcd = x86::Bit<0>;
using Mode = x86::Field<3, 1>;
using AccessHigh = x86::Bit<5>;
using AccessBytes = x86::Field<5, 4>;

constexpr uint32_t kBinaryModulus = 0x10000;
constexpr uint32_t kBcdModulus = 10000;

constexpr uint32_t from_bcd(uint32_t digits)
{
    return (digits >> 12 & 15) * 1000 + (digits >> 8 & 15) * 100 + (digits >> 4 & 15) * 10 +
           (digits & 15);
}

constexpr uint32_t to_bcd(uint32_t value)
{
    return value / 1000 % 10 << 12 | value / 100 % 10 << 8 | value / 10 % 10 << 4 | value % 10;
}

static_assert(from_bcd(0x9876) == 9876);
static_assert(to_bcd(10000) == 0);
static_assert(to_bcd(1234) == 0x1234);

} // namespace

void PitChannel::write_control(uint8_t control, uint64_t now)
{
    if (AccessBytes::get(control) == 0) {
        settle(now);
        if (!latched_count_)
            latched_count_ = present_count(now);
        return;
    }
    control_ = control & 0x3f;
    mode_ = static_cast<uint8_t>(Mode::get(control));
    if (mode_ > 5)
        mode_ = static_cast<uint8_t>(mode_ - 4); // 6 and 7 are 2 and 3
    state_ = State::Idle;
    reload_.reset();
    null_count_ = true;
    write_low_.reset();
    read_high_next_ = false;
    latched_count_.reset();
    latched_status_.reset();
}

void PitChannel::read_back(uint8_t command, uint64_t now)
{
    settle(now);
    if (!(command & 0x20) && !latched_count_)
        latched_count_ = present_count(now);
    if (!(command & 0x10) && !latched_status_)
        latched_status_ = status(now);
}

uint8_t PitChannel::status(uint64_t now) const
{
    bool const null_count = null_count_ || now < origin_;
    return static_cast<uint8_t>((out(now) ? 0x80 : 0) | (null_count ? 0x40 : 0) | control_);
}

void PitChannel::write_count(uint8_t value, uint64_t now)
{
    settle(now);
    if (AccessBytes::get(control_) != 3) {
        load(AccessHigh::is_set(control_) ? uint32_t{value} << 8 : value, now);
    } else if (write_low_) {
        load(uint32_t{value} << 8 | *write_low_, now);
        write_low_.reset();
    } else {
        write_low_ = value;
        if (mode_ == 0)
            state_ = State::Idle; // the first byte stops the count
    }
}

void PitChannel::load(uint32_t count, uint64_t now)
{
    if (Bcd::is_set(control_))
        written_ = count == 0 ? kBcdModulus : from_bcd(count);
    else
        written_ = count == 0 ? kBinaryModulus : count;
    null_count_ = true;

    if (is_triggered()) {
        if (state_ == State::Idle)
            state_ = State::Armed;
    } else if (is_periodic() && state_ == State::Running && now >= origin_) {
        if (!reload_)
            reload_ = origin_ + (elapsed(now) / count_ + 1) * count_;
    } else if (gate_) {
        start(now);
    } else {
        count_ = written_;
        held_ = 0;
        state_ = State::Held;
    }
}

void PitChannel::start(uint64_t now)
{
    count_ = written_;
    origin_ = now + 1;
    state_ = State::Running;
    reload_.reset();
    null_count_ = false;
}

void PitChannel::settle(uint64_t now)
{
    if (!reload_ || now < *reload_)
        return;
    count_ = written_;
    origin_ = *reload_;
    reload_.reset();
    null_count_ = false;
}

void PitChannel::set_gate(bool gate, uint64_t now)
{
    if (gate == gate_)
        return;
    settle(now);
    gate_ = gate;
    if (is_triggered()) {
        if (gate && state_ != State::Idle)
            start(now);
    } else if (!gate && state_ == State::Running) {
        held_ = elapsed(now);
        state_ = State::Held;
        reload_.reset();
    } else if (gate && state_ == State::Held) {
        if (is_periodic()) {
            start(now);
        } else {
            origin_ = now - held_;
            state_ = State::Running;
            null_count_ = false;
        }
    }
}

uint64_t PitChannel::elapsed(uint64_t now) const
{
    if (state_ == State::Held)
        return held_;
    return state_ == State::Running && now > origin_ ? now - origin_ : 0;
}

uint32_t PitChannel::high_ticks() const
{
    return mode_ == 2 ? count_ - 1 : (count_ + 1) / 2;
}

bool PitChannel::out(uint64_t now) const
{
    if (state_ == State::Idle || state_ == State::Armed)
        return mode_ != 0;
    uint64_t const ticks = elapsed(now);
    switch (mode_) {
    case 0:
        return ticks >= count_;
    case 1:
        return now < origin_ || ticks >= count_;
    case 2:
    case 3:
        return state_ == State::Held || count_ == 1 || ticks % count_ < high_ticks();
    default:
        return ticks != count_;
    }
}

std::optional<uint64_t> PitChannel::next_change(uint64_t now) const
{
    if (state_ != State::Running)
        return std::nullopt;
    uint64_t const ticks = elapsed(now);
    if (is_periodic()) {
        if (count_ == 1) // illegal in mode 2, never low in mode 3
            return std::nullopt;
        uint64_t const period_start = origin_ + ticks / count_ * count_;
        return period_start + (ticks % count_ < high_ticks() ? high_ticks() : count_);
    }
    if (mode_ == 1 && now < origin_)
        return origin_;
    if (ticks < count_)
        return origin_ + count_;
    if (mode_ >= 4 && ticks == count_)
        return origin_ + count_ + 1;
    return std::nullopt;
}

uint16_t PitChannel::present_count(uint64_t now) const
{
    bool const bcd = Bcd::is_set(control_);
    uint32_t const modulus = bcd ? kBcdModulus : kBinaryModulus;
    uint64_t const ticks = elapsed(now);
    uint64_t value = 0;
    if (mode_ == 3) {
        uint64_t const phase = ticks % count_;
        uint64_t const in_half = phase < high_ticks() ? phase : phase - high_ticks();
        value = (count_ & ~1u) - 2 * in_half;
    } else if (mode_ == 2) {
        value = count_ - ticks % count_;
    } else {
        value = count_ + modulus - ticks % modulus;
    }
    auto const shown = static_cast<uint32_t>(value % modulus);
    return static_cast<uint16_t>(bcd ? to_bcd(shown) : shown);
}

uint8_t PitChannel::read(uint64_t now)
{
    if (latched_status_) {
        uint8_t const status = *latched_status_;
        latched_status_.reset();
        return status;
    }
    settle(now);
    uint16_t const count = latched_count_.value_or(present_count(now));
    bool high = AccessHigh::is_set(control_);
    bool last = true;
    if (AccessBytes::get(control_) == 3) {
        high = read_high_next_;
        last = high;
        read_high_next_ = !high;
    }
    if (last)
        latched_count_.reset();
    return static_cast<uint8_t>(high ? count >> 8 : count);
}

} // namespace pagelab::dev
