// RFLAGS: status, control and system flags.
//
// Source: Intel SDM volume 3, section 2.3, figure 2-5; volume 1, section 3.4.3.
#pragma once

#include <stdint.h>

#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::x86::rflags {

using Carry = Bit<0>;
using AlwaysOne = Bit<1>;
using Parity = Bit<2>;
using AuxiliaryCarry = Bit<4>;
using Zero = Bit<6>;
using Sign = Bit<7>;
using Trap = Bit<8>;
using InterruptEnable = Bit<9>;
using Direction = Bit<10>;
using Overflow = Bit<11>;
using IoPrivilege = Field<13, 12>;
using NestedTask = Bit<14>;
using Resume = Bit<16>;
using Virtual8086 = Bit<17>;
using AlignmentCheck = Bit<18>; // at CPL 0..2: explicit accesses pass SMAP
using VirtualInterrupt = Bit<19>;
using VirtualInterruptPending = Bit<20>;
using Identification = Bit<21>; // changeable: CPUID exists

inline constexpr uint64_t kReset = AlwaysOne::mask;

static_assert(InterruptEnable::mask == 0x200 && IoPrivilege::mask == 0x3000);
static_assert(AlignmentCheck::mask == 0x4'0000);

} // namespace pagelab::x86::rflags
