// Calendar time as an MC146818 shows it: broken down, in BCD or binary, 12 or 24 hours.
//
// Source: Motorola MC146818 data sheet, Table 3 (time, calendar and alarm data modes).
#pragma once

#include <chrono>
#include <cstdint>

namespace pagelab::dev {

// Fields as a guest may have written them: any value, not only those of a real date.
struct RtcTime {
    unsigned second = 0;
    unsigned minute = 0;
    unsigned hour = 0; // 0..23
    unsigned day = 1;
    unsigned month = 1;
    unsigned year = 1970; // all four digits

    bool operator==(RtcTime const&) const = default;

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(second, minute, hour, day, month, year);
    }
};

RtcTime rtc_time_from(std::chrono::sys_seconds seconds);

// Excess seconds, minutes, hours and days run over into the next; a month that does not exist is
// the nearest that does.
std::chrono::sys_seconds seconds_from(RtcTime const& time);

// 1 = Sunday.
unsigned rtc_weekday(std::chrono::sys_seconds seconds);

// How registers hold numbers: register B bits DM (binary) and 24/12.
enum class NumberFormat : uint8_t { Bcd, Binary };
enum class HourFormat : uint8_t { Twelve, TwentyFour }; // twelve: bit 7 is PM

uint8_t encode_number(unsigned value, NumberFormat format);
unsigned decode_number(uint8_t value, NumberFormat format);
uint8_t encode_hour(unsigned hour, NumberFormat number, HourFormat format);
unsigned decode_hour(uint8_t value, NumberFormat number, HourFormat format);

} // namespace pagelab::dev
