// The ports of the 8254 and IRQ 0's edges.
#include "emu/dev/pit.hpp"

#include <algorithm>

#include "guestkernel/abi/machine/ports.hpp"
#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::dev {

namespace {

using uint128 = unsigned __int128;
using ChannelSelect = x86::Field<7, 6>; // control word; 3 is the read-back command
using Gate2 = x86::Bit<0>;              // port 0x61
using RefreshToggle = x86::Bit<4>;
using Out2 = x86::Bit<5>;

constexpr uint64_t kNsPerSecond = 1'000'000'000;
constexpr uint64_t kRefreshTicks = 18; // a DRAM refresh every 15 microseconds

} // namespace

uint64_t pit_ticks(uint64_t ns)
{
    return static_cast<uint64_t>(uint128{ns} * kPitHz / kNsPerSecond);
}

uint64_t pit_tick_ns(uint64_t tick)
{
    return static_cast<uint64_t>((uint128{tick} * kNsPerSecond + kPitHz - 1) / kPitHz);
}

Pit::Pit(Clock const& clock, InterruptLine& irq0) : clock_(clock), irq0_(irq0)
{
    channels_[2].set_gate(false, 0);
}

// Between two looks OUT of counter 0 may have changed any number of times. The interrupt controller
// remembers one edge, so one pulse stands for two changes or more; the last level follows.
void Pit::advance_to(uint64_t now_ns)
{
    uint64_t const now = std::max(tick_, pit_ticks(now_ns));
    PitChannel& timer = channels_[0];
    auto const first = timer.next_change(tick_);
    auto const second = first ? timer.next_change(*first) : std::nullopt;
    if (second && *second <= now) {
        irq0_.set(false);
        irq0_.set(true);
    }
    tick_ = now;
    for (PitChannel& channel : channels_)
        channel.settle(now);
    irq0_.set(timer.out(now));
}

std::optional<uint64_t> Pit::next_event_ns() const
{
    auto const tick = channels_[0].next_change(tick_);
    if (!tick)
        return std::nullopt;
    return pit_tick_ns(*tick);
}

uint32_t Pit::port_in(uint16_t port, Width)
{
    advance_to(clock_.now_ns());
    switch (port) {
    case port::kPitCounter0:
    case port::kPitCounter1:
    case port::kPitCounter2:
        return channels_[port - port::kPitCounter0].read(tick_);
    case port::kSystemControlB:
        return system_control();
    default:
        return 0xff; // the control word cannot be read
    }
}

uint8_t Pit::system_control() const
{
    bool const toggle = tick_ / kRefreshTicks % 2 != 0;
    return static_cast<uint8_t>(system_control_ | RefreshToggle::make(toggle) |
                                Out2::make(channels_[2].out(tick_)));
}

void Pit::port_out(uint16_t port, Width, uint32_t value)
{
    advance_to(clock_.now_ns());
    auto const byte = static_cast<uint8_t>(value);
    switch (port) {
    case port::kPitCounter0:
    case port::kPitCounter1:
    case port::kPitCounter2:
        channels_[port - port::kPitCounter0].write_count(byte, tick_);
        break;
    case port::kPitControl:
        write_control(byte);
        break;
    case port::kSystemControlB:
        system_control_ = byte & 0x0f;
        channels_[2].set_gate(Gate2::is_set(byte), tick_);
        break;
    default:
        break;
    }
    irq0_.set(channels_[0].out(tick_));
}

void Pit::write_control(uint8_t value)
{
    auto const selected = ChannelSelect::get(value);
    if (selected < channels_.size()) {
        channels_[selected].write_control(value & 0x3f, tick_);
        return;
    }
    for (unsigned i = 0; i < channels_.size(); ++i) {
        if (value & (2u << i))
            channels_[i].read_back(value, tick_);
    }
}

} // namespace pagelab::dev
