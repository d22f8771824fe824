// The registers of the clock. The divider counts updates and periods; a flag is set when its
// counter moved between two looks.
#include "emu/dev/cmos_rtc.hpp"

#include <algorithm>
#include <utility>

#include "emu/dev/cmos_registers.hpp"
#include "guestkernel/abi/machine/ports.hpp"

namespace pagelab::dev {

using namespace cmos;

namespace {

constexpr uint64_t kUpdateWarningNs = 244'000;
constexpr int64_t kAlarmPeriod = 86400; // an alarm matches once a day or oftener
constexpr unsigned kAlarmDontCare = 0xc0;

} // namespace

CmosRtc::CmosRtc(Clock const& clock, InterruptLine& irq8, std::chrono::sys_seconds start,
                 CmosConfig const& config)
    : clock_(clock), irq8_(irq8), bytes_(cmos_memory(config)), epoch_(start)
{
    bytes_[kA] = 0x26; // 32,768 Hz time base, 1024 Hz periodic rate
    bytes_[kB] = b::TwentyFourHours::mask;
    bytes_[kD] = 0x80; // the battery is good
}

NumberFormat CmosRtc::number_format() const
{
    return b::Binary::is_set(bytes_[kB]) ? NumberFormat::Binary : NumberFormat::Bcd;
}

HourFormat CmosRtc::hour_format() const
{
    return b::TwentyFourHours::is_set(bytes_[kB]) ? HourFormat::TwentyFour : HourFormat::Twelve;
}

bool CmosRtc::is_divider_held() const
{
    return a::Divider::get(bytes_[kA]) >= 6;
}

// In ticks of 32,768 Hz; 0 is off. Rates 1 and 2 repeat 8 and 9.
uint64_t CmosRtc::periodic_ticks() const
{
    auto const rate = a::Rate::get(bytes_[kA]);
    if (rate == 0)
        return 0;
    return uint64_t{1} << (rate <= 2 ? rate + 6 : rate - 1);
}

std::chrono::sys_seconds CmosRtc::now() const
{
    return epoch_ + std::chrono::seconds(divider_.updates(synced_ns_));
}

void CmosRtc::set_time(std::chrono::sys_seconds seconds)
{
    epoch_ = seconds - std::chrono::seconds(divider_.updates(synced_ns_));
}

void CmosRtc::advance_to(uint64_t now_ns)
{
    uint64_t const from = synced_ns_;
    synced_ns_ = std::max(from, now_ns);
    unsigned flags = bytes_[kC];
    uint64_t const period = periodic_ticks();
    if (!is_divider_held() && period != 0 &&
        divider_.periods(from, period) != divider_.periods(synced_ns_, period))
        flags |= kPeriodic;
    if (!stopped_) {
        int64_t const last = divider_.updates(synced_ns_);
        int64_t update = std::max(divider_.updates(from), last - kAlarmPeriod);
        if (update < last)
            flags |= kUpdateEnded;
        while (!(flags & kAlarm) && update < last) {
            if (alarm_matches(epoch_ + std::chrono::seconds(++update)))
                flags |= kAlarm;
        }
    }
    bytes_[kC] = static_cast<uint8_t>(flags);
    drive_line();
}

bool CmosRtc::alarm_matches(std::chrono::sys_seconds at) const
{
    auto const time = rtc_time_from(at);
    auto const matches = [](uint8_t alarm, uint8_t value) {
        return (alarm & kAlarmDontCare) == kAlarmDontCare || alarm == value;
    };
    return matches(bytes_[kSecondAlarm], encode_number(time.second, number_format())) &&
           matches(bytes_[kMinuteAlarm], encode_number(time.minute, number_format())) &&
           matches(bytes_[kHourAlarm], encode_hour(time.hour, number_format(), hour_format()));
}

// A flag already set changes nothing more until register C is read.
std::optional<uint64_t> CmosRtc::next_event_ns() const
{
    unsigned const awaited = bytes_[kB] & ~unsigned{bytes_[kC]};
    std::optional<uint64_t> next;
    uint64_t const period = periodic_ticks();
    if ((awaited & kPeriodic) && period != 0 && !is_divider_held())
        next = divider_.period_ns(divider_.periods(synced_ns_, period) + 1, period);
    if ((awaited & (kAlarm | kUpdateEnded)) && !stopped_) {
        uint64_t const update = divider_.update_ns(divider_.updates(synced_ns_) + 1);
        next = std::min(update, next.value_or(update));
    }
    return next;
}

void CmosRtc::drive_line()
{
    irq8_.set((bytes_[kB] & bytes_[kC] & kAnyFlag) != 0);
}

uint32_t CmosRtc::port_in(uint16_t port, Width)
{
    if (port != port::kCmosData)
        return 0xff; // the index cannot be read
    advance_to(clock_.now_ns());
    return read_register(index_);
}

void CmosRtc::port_out(uint16_t port, Width, uint32_t value)
{
    if (port == port::kCmosIndex) {
        index_ = value & 0x7f;
        return;
    }
    advance_to(clock_.now_ns());
    write_register(index_, static_cast<uint8_t>(value));
    drive_line();
}

bool CmosRtc::is_clock_register(unsigned index) const
{
    bool const alarm = index == kSecondAlarm || index == kMinuteAlarm || index == kHourAlarm;
    return (index <= kYear && !alarm) || index == kCentury;
}

bool CmosRtc::is_updating() const
{
    return !stopped_ && divider_.since_update(synced_ns_) >= kNsPerSecond - kUpdateWarningNs;
}

uint8_t CmosRtc::read_register(unsigned index)
{
    if (is_clock_register(index))
        return read_time(index);
    if (index == kA)
        return static_cast<uint8_t>(bytes_[kA] | a::UpdateInProgress::make(is_updating()));
    if (index == kC) {
        bool const requested = (bytes_[kB] & bytes_[kC] & kAnyFlag) != 0;
        uint8_t const flags = std::exchange(bytes_[kC], uint8_t{0});
        drive_line();
        return flags | (requested ? kInterruptRequest : uint8_t{0});
    }
    return bytes_[index];
}

void CmosRtc::write_register(unsigned index, uint8_t value)
{
    if (is_clock_register(index))
        write_time(index, value);
    else if (index == kA)
        write_a(value);
    else if (index == kB)
        write_b(value);
    else if (index != kC && index != kD)
        bytes_[index] = value;
}

uint8_t CmosRtc::read_time(unsigned index) const
{
    RtcTime const time = stopped_ ? *stopped_ : rtc_time_from(now());
    NumberFormat const format = number_format();
    switch (index) {
    case kSecond:
        return encode_number(time.second, format);
    case kMinute:
        return encode_number(time.minute, format);
    case kHour:
        return encode_hour(time.hour, format, hour_format());
    case kWeekday:
        return encode_number(rtc_weekday(seconds_from(time)), format);
    case kDay:
        return encode_number(time.day, format);
    case kMonth:
        return encode_number(time.month, format);
    case kYear:
        return encode_number(time.year % 100, format);
    default:
        return encode_number(time.year / 100, NumberFormat::Bcd);
    }
}

void CmosRtc::write_time(unsigned index, uint8_t value)
{
    RtcTime time = stopped_ ? *stopped_ : rtc_time_from(now());
    unsigned const number = decode_number(value, number_format());
    switch (index) {
    case kSecond:
        time.second = number;
        break;
    case kMinute:
        time.minute = number;
        break;
    case kHour:
        time.hour = decode_hour(value, number_format(), hour_format());
        break;
    case kWeekday:
        return;
    case kDay:
        time.day = number;
        break;
    case kMonth:
        time.month = number;
        break;
    case kYear:
        time.year = time.year / 100 * 100 + number;
        break;
    default:
        time.year = decode_number(value, NumberFormat::Bcd) * 100 + time.year % 100;
        break;
    }
    if (stopped_)
        stopped_ = time;
    else
        set_time(seconds_from(time));
}

void CmosRtc::write_a(uint8_t value)
{
    bool const was_held = is_divider_held();
    bytes_[kA] = value & 0x7f;
    if (was_held && !is_divider_held())
        divider_.restart(synced_ns_);
    stop_or_start();
}

void CmosRtc::write_b(uint8_t value)
{
    if (b::Set::is_set(value))
        value = static_cast<uint8_t>(value & ~b::UpdateEndedEnable::mask);
    bytes_[kB] = value;
    stop_or_start();
}

void CmosRtc::stop_or_start()
{
    bool const stop = b::Set::is_set(bytes_[kB]) || is_divider_held();
    if (stop && !stopped_) {
        stopped_ = rtc_time_from(now());
    } else if (!stop && stopped_) {
        set_time(seconds_from(*stopped_));
        stopped_.reset();
    }
}

} // namespace pagelab::dev
