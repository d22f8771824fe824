// IA32_EFER: the model-specific register (0xc0000080) that enables SYSCALL, long mode and NX.
//
// Source: Intel SDM volume 3, section 2.2.1, table 2-1.
#pragma once

#include <stdint.h>

#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::x86::efer {

using SyscallEnable = Bit<0>;
using LongModeEnable = Bit<8>;
using LongModeActive = Bit<10>; // read-only: LongModeEnable and CR0.PG
using NoExecuteEnable = Bit<11>;

static_assert(LongModeEnable::mask == 0x100 && LongModeActive::mask == 0x400);
static_assert(NoExecuteEnable::mask == 0x800);

} // namespace pagelab::x86::efer
