// The tick of each CPU: its local APIC's timer, periodic.
//
// Source: Intel SDM volume 3, section 10.5.4; Linux 6.1 arch/x86/kernel/apic/apic.c
// (calibrate_APIC_clock, __setup_APIC_LVTT).
#pragma once

namespace pagelab::arch {

// How fast the timers count: as the hypervisor says, else measured for 10 ms against the time stamp
// counter. Once, on the boot CPU, after lapic_setup().
void apic_timer_calibrate();

// From now on this CPU gets SystemVector::local_timer kHz times a second.
void apic_timer_start();
void apic_timer_stop();

} // namespace pagelab::arch
