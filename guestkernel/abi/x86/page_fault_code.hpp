// The error code a page fault pushes.
//
// Source: Intel SDM volume 3, section 4.7, figure 4-12. InstructionFetch is reported only when
// CR4.SMEP = 1, or CR4.PAE = 1 and IA32_EFER.NXE = 1. A reserved-bit fault also sets Present.
#pragma once

#include <stdint.h>

#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::x86::page_fault_code {

using Present = Bit<0>; // 0: some entry was not present; 1: a right or a reserved bit
using Write = Bit<1>;
using User = Bit<2>; // user-mode access: CPL 3, and not an implicit access to a system structure
using Reserved = Bit<3>;
using InstructionFetch = Bit<4>;
using ProtectionKey = Bit<5>;
using ShadowStack = Bit<6>;
using HypervisorPaging = Bit<7>; // HLAT
using Sgx = Bit<15>;

static_assert((Present::mask | Write::mask | User::mask) == 7);
static_assert(Reserved::mask == 8 && InstructionFetch::mask == 16);

} // namespace pagelab::x86::page_fault_code
