// CPUID that tells the truth: the model's own answers, less what the emulation does not do, plus
// the leaves that say where the guest runs.
#pragma once

#include <cstdint>

#include "emu/cpu/platform.hpp"

namespace pagelab::cpu {

// Leaf numbers and meanings: Intel SDM vol. 2, CPUID; hypervisor range: the convention of
// VMware and KVM (Linux arch/x86/include/asm/cpufeature.h, leaf 0x40000010 = EAX the TSC's,
// EBX the local APIC timers' kHz).
inline constexpr uint32_t kHypervisorLeaf = 0x4000'0000;
inline constexpr uint32_t kTimingLeaf = 0x4000'0010;
inline constexpr uint32_t kTscKhz = 1'000'000;  // one tick is one instruction, one nanosecond
inline constexpr uint32_t kApicKhz = 1'000'000; // dev/lapic_timer.hpp

// Corrects what the library's model says for (leaf, subleaf).
CpuidLeaf correct_cpuid(uint32_t leaf, uint32_t subleaf, CpuidLeaf model);

} // namespace pagelab::cpu
