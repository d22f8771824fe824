// The control registers CR0, CR3 and CR4: the bits that paging and protection look at.
//
// Source: Intel SDM volume 3, section 2.5 (CR0, CR4), 4.3, 4.4.1 and 4.5.2 (CR3, tables 4-3, 4-7
// and 4-12). The address in CR3 is physical; which of its bits count depends on the paging mode.
#pragma once

#include <stdint.h>

#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::x86 {

namespace cr0 {
using ProtectionEnable = Bit<0>;
using MonitorCoprocessor = Bit<1>;
using Emulation = Bit<2>;
using TaskSwitched = Bit<3>;
using ExtensionType = Bit<4>; // always 1
using NumericError = Bit<5>;
using WriteProtect = Bit<16>; // supervisor writes obey the writable bit
using AlignmentMask = Bit<18>;
using NotWriteThrough = Bit<29>;
using CacheDisable = Bit<30>;
using Paging = Bit<31>;
} // namespace cr0

namespace cr3 {
using ProcessContext = Field<11, 0>;  // with CR4.PCIDE
using WriteThrough = Bit<3>;          // without CR4.PCIDE
using CacheDisable = Bit<4>;          // without CR4.PCIDE
using Directory32 = Field<31, 12>;    // 32-bit paging: the page directory
using PointerTablePae = Field<31, 5>; // PAE: four entries, aligned to 32 bytes
using RootTable = Field<51, 12>;      // 4-level and 5-level paging
using KeepTranslations = Bit<63>;     // MOV to CR3 with CR4.PCIDE: flush nothing
} // namespace cr3

namespace cr4 {
using Virtual8086Extensions = Bit<0>;
using TimestampDisable = Bit<2>;
using DebugExtensions = Bit<3>;
using PageSizeExtensions = Bit<4>; // 4 MiB pages in 32-bit paging
using PhysicalAddressExtension = Bit<5>;
using MachineCheck = Bit<6>;
using PageGlobal = Bit<7>;
using PerformanceCounter = Bit<8>;
using FxsrSupport = Bit<9>;
using SimdExceptions = Bit<10>;
using UserInstructionPrevention = Bit<11>;
using LinearAddress57 = Bit<12>; // 5-level paging
using FsGsBase = Bit<16>;
using ProcessContextEnable = Bit<17>;
using Xsave = Bit<18>;
using SupervisorExecutionPrevention = Bit<20>; // SMEP
using SupervisorAccessPrevention = Bit<21>;    // SMAP
using ProtectionKeyUser = Bit<22>;
} // namespace cr4

static_assert((cr0::Paging::mask | cr0::ProtectionEnable::mask) == 0x8000'0001);
static_assert(cr0::WriteProtect::mask == 0x1'0000);
static_assert(cr4::PhysicalAddressExtension::mask == 0x20 && cr4::LinearAddress57::mask == 0x1000);
static_assert(cr4::SupervisorExecutionPrevention::mask == 0x10'0000);
static_assert(cr4::SupervisorAccessPrevention::mask == 0x20'0000);
static_assert(cr3::PointerTablePae::in_place(0x1234'5678) == 0x1234'5660);

} // namespace pagelab::x86
