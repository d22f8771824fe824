// Conversions between seconds, calendar fields and register bytes.
#include "emu/dev/rtc_time.hpp"

#include <algorithm>

namespace pagelab::dev {

namespace {

constexpr unsigned kPm = 0x80;

} // namespace

RtcTime rtc_time_from(std::chrono::sys_seconds seconds)
{
    auto const day = std::chrono::floor<std::chrono::days>(seconds);
    std::chrono::year_month_day const date(day);
    std::chrono::hh_mm_ss const time(seconds - day);
    return {static_cast<unsigned>(time.seconds().count()),
            static_cast<unsigned>(time.minutes().count()),
            static_cast<unsigned>(time.hours().count()),
            static_cast<unsigned>(date.day()),
            static_cast<unsigned>(date.month()),
            static_cast<unsigned>(static_cast<int>(date.year()))};
}

std::chrono::sys_seconds seconds_from(RtcTime const& time)
{
    std::chrono::year const year(static_cast<int>(time.year));
    std::chrono::month const month(std::clamp(time.month, 1u, 12u));
    std::chrono::sys_days const first(year / month / 1);
    return first + std::chrono::days(static_cast<int>(time.day) - 1) +
           std::chrono::hours(time.hour) + std::chrono::minutes(time.minute) +
           std::chrono::seconds(time.second);
}

unsigned rtc_weekday(std::chrono::sys_seconds seconds)
{
    std::chrono::weekday const weekday(std::chrono::floor<std::chrono::days>(seconds));
    return weekday.c_encoding() + 1;
}

uint8_t encode_number(unsigned value, NumberFormat format)
{
    if (format == NumberFormat::Binary)
        return static_cast<uint8_t>(value);
    return static_cast<uint8_t>((value / 10 % 10) << 4 | value % 10);
}

unsigned decode_number(uint8_t value, NumberFormat format)
{
    return format == NumberFormat::Binary ? value : (value >> 4) * 10u + (value & 15u);
}

uint8_t encode_hour(unsigned hour, NumberFormat number, HourFormat format)
{
    if (format == HourFormat::TwentyFour)
        return encode_number(hour, number);
    unsigned const twelve = hour % 12 == 0 ? 12 : hour % 12;
    unsigned const pm = hour >= 12 ? kPm : 0;
    return static_cast<uint8_t>(encode_number(twelve, number) | pm);
}

unsigned decode_hour(uint8_t value, NumberFormat number, HourFormat format)
{
    if (format == HourFormat::TwentyFour)
        return decode_number(value, number);
    unsigned const twelve = decode_number(static_cast<uint8_t>(value & ~kPm), number) % 12;
    return twelve + (value & kPm ? 12 : 0);
}

} // namespace pagelab::dev
