// Time since boot, from the time stamp counter.
//
// The counter's rate comes from the hypervisor's timing leaf when there is one (CPUID 0x40000010:
// EAX = kHz, VMware's "Mechanisms to determine if software is running in a VMware virtual
// machine", also KVM and QEMU's vmware-cpuid-freq), else from 10 ms of the PIT.
#pragma once

#include <stdint.h>

namespace pagelab::arch {

void clock_init(); // time starts here

uint64_t clock_microseconds(); // since clock_init; 0 before it
unsigned clock_tsc_khz();
unsigned clock_apic_khz();  // of the local APICs' timers, if the hypervisor says it (EBX); else 0
bool clock_is_calibrated(); // true: by the PIT; false: the hypervisor said so

} // namespace pagelab::arch
