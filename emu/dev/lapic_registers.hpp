// The local APIC's registers: offsets in its page, and their fields.
//
// Source: Intel SDM volume 3, Table 10-1 "Local APIC Register Address Map" and the figures of
// sections 10.4 to 10.8. Each register is 32 bits at a multiple of 16.
#pragma once

#include <cstdint>

#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::dev::lapic {

enum Offset : uint32_t {
    kId = 0x020,
    kVersion = 0x030,
    kTaskPriority = 0x080,
    kProcessorPriority = 0x0a0,
    kEndOfInterrupt = 0x0b0,
    kLogicalDestination = 0x0d0,
    kDestinationFormat = 0x0e0,
    kSpuriousVector = 0x0f0,
    kInService = 0x100,   // eight registers each
    kTriggerMode = 0x180, // of the vectors in IRR
    kRequest = 0x200,
    kErrorStatus = 0x280,
    kCommandLow = 0x300,
    kCommandHigh = 0x310,
    kLvtTimer = 0x320,
    kLvtThermal = 0x330,
    kLvtPerformance = 0x340,
    kLvtLint0 = 0x350,
    kLvtLint1 = 0x360,
    kLvtError = 0x370,
    kInitialCount = 0x380,
    kCurrentCount = 0x390,
    kDivide = 0x3e0,
};

// Figure 10-8, local vector table.
namespace lvt {
using Vector = x86::Field<7, 0>;
using Delivery = x86::Field<10, 8>;
using Masked = x86::Bit<16>;
using TimerPeriodic = x86::Bit<17>;
} // namespace lvt

// Figure 10-23, spurious-interrupt vector register.
namespace svr {
using Vector = x86::Field<7, 0>;
using Enabled = x86::Bit<8>;
} // namespace svr

// Figure 10-12, interrupt command register, low half; the destination is bits 31:24 of the high.
namespace icr {
using Vector = x86::Field<7, 0>;
using Delivery = x86::Field<10, 8>;
using Logical = x86::Bit<11>;
using Assert = x86::Bit<14>;
using TriggerLevel = x86::Bit<15>;
using Shorthand = x86::Field<19, 18>;
using Destination = x86::Field<31, 24>;
} // namespace icr

// Figure 10-9, error status register.
namespace esr {
inline constexpr uint32_t kSendIllegalVector = 0x20;
inline constexpr uint32_t kReceiveIllegalVector = 0x40;
} // namespace esr

} // namespace pagelab::dev::lapic
