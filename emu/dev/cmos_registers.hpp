// The MC146818's registers by index, and the fields of its control registers.
//
// Source: Motorola MC146818 data sheet; index 0x32, the century in BCD, as on PS/2.
#pragma once

#include <cstdint>

#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::dev::cmos {

enum Register : unsigned {
    kSecond = 0x00,
    kSecondAlarm = 0x01,
    kMinute = 0x02,
    kMinuteAlarm = 0x03,
    kHour = 0x04,
    kHourAlarm = 0x05,
    kWeekday = 0x06,
    kDay = 0x07,
    kMonth = 0x08,
    kYear = 0x09,
    kA = 0x0a,
    kB = 0x0b,
    kC = 0x0c,
    kD = 0x0d,
    kCentury = 0x32,
};

namespace a {
using UpdateInProgress = x86::Bit<7>;
using Divider = x86::Field<6, 4>; // 2 runs; 6 and 7 hold it in reset
using Rate = x86::Field<3, 0>;    // of the periodic interrupt
} // namespace a

namespace b {
using Set = x86::Bit<7>; // no updates
using UpdateEndedEnable = x86::Bit<4>;
using Binary = x86::Bit<2>;
using TwentyFourHours = x86::Bit<1>;
} // namespace b

// Register C's flags; register B's enables are the same bits.
inline constexpr uint8_t kPeriodic = 0x40;
inline constexpr uint8_t kAlarm = 0x20;
inline constexpr uint8_t kUpdateEnded = 0x10;
inline constexpr uint8_t kAnyFlag = kPeriodic | kAlarm | kUpdateEnded;
inline constexpr uint8_t kInterruptRequest = 0x80;

} // namespace pagelab::dev::cmos
