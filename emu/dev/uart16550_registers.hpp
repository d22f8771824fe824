// The 16550A's registers: offsets from the base port, and their fields.
//
// Source: National PC16550D data sheet, Table II and section 8.
#pragma once

#include <cstdint>

#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::dev::uart {

// Offsets from the base port. The divisor latch hides the first two while LCR.DLAB is set.
enum Register : unsigned {
    kData = 0,
    kInterruptEnable = 1,
    kIdentity = 2, // write: FIFO control
    kLineControl = 3,
    kModemControl = 4,
    kLineStatus = 5,
    kModemStatus = 6,
    kScratch = 7,
};

namespace ier {
using ReceivedData = x86::Bit<0>;
using TransmitterEmpty = x86::Bit<1>;
using LineStatus = x86::Bit<2>;
using ModemStatus = x86::Bit<3>;
} // namespace ier

namespace fcr {
using Enable = x86::Bit<0>;
using ClearReceiver = x86::Bit<1>;
using Trigger = x86::Field<7, 6>;
} // namespace fcr

namespace lcr {
using WordLength = x86::Field<1, 0>; // 5 bits and up
using DivisorLatch = x86::Bit<7>;
} // namespace lcr

namespace mcr {
using Dtr = x86::Bit<0>;
using Rts = x86::Bit<1>;
using Out1 = x86::Bit<2>;
using Out2 = x86::Bit<3>;
using Loopback = x86::Bit<4>;
} // namespace mcr

namespace lsr {
inline constexpr uint8_t kDataReady = 0x01;
inline constexpr uint8_t kOverrun = 0x02;
inline constexpr uint8_t kBreak = 0x10;            // the line was low for a whole character
inline constexpr uint8_t kTransmitterEmpty = 0x60; // THRE and TEMT
inline constexpr uint8_t kErrorInFifo = 0x80;      // some character received; FIFO on
} // namespace lsr

namespace msr {
using Cts = x86::Bit<4>;
using Dsr = x86::Bit<5>;
using Ri = x86::Bit<6>;
using Dcd = x86::Bit<7>;
inline constexpr unsigned kTrailingEdgeRi = 0x04;
} // namespace msr

// IIR bits 3:0, highest priority first.
inline constexpr uint8_t kLineStatusChanged = 0x06;
inline constexpr uint8_t kDataAvailable = 0x04;
inline constexpr uint8_t kCharacterTimeout = 0x0c;
inline constexpr uint8_t kTransmitterIsEmpty = 0x02;
inline constexpr uint8_t kModemStatusChanged = 0x00;
inline constexpr uint8_t kNothing = 0x01;

} // namespace pagelab::dev::uart
