// This CPU's local APIC: on, off, end of interrupt, and commands to those of other CPUs.
//
// Interrupt lines stay with the 8259 pair, whose INTR the boot CPU's LINT0 passes on: virtual wire
// mode (Intel MultiProcessor Specification 1.4, section 3.6.2.2). Only IPIs and each CPU's own
// timer come by the local APICs. Used only where there are several CPUs.
//
// Source: Intel SDM volume 3, chapter 10 (8.4 for starting CPUs).
#pragma once

#include <stdint.h>

#include "guestkernel/abi/x86/lapic.hpp"
#include "guestkernel/arch/x86/system_vectors.hpp"
#include "guestkernel/mm/vmap_table.hpp"

namespace pagelab::arch {

// Maps the registers, at kApicBase (layout.hpp); once, before anything else here.
mm::Result<> lapic_map(mm::vmap_table const& tables, PhysAddr registers);

enum class lapic_role { boot_cpu, other_cpu };

// Enables this CPU's: everything masked but, on the boot CPU, the two LINT pins.
void lapic_setup(lapic_role role);

unsigned lapic_id();
uint32_t lapic_read(x86::lapic::Offset offset);
void lapic_write(x86::lapic::Offset offset, uint32_t value);

inline void lapic_end_of_interrupt()
{
    lapic_write(x86::lapic::kEndOfInterrupt, 0);
}

// To the CPU whose APIC has this id. Interrupts must be off.
void lapic_send_ipi(unsigned apic_id, SystemVector vector);
void lapic_send_nmi(unsigned apic_id);
void lapic_send_init(unsigned apic_id);
void lapic_send_startup(unsigned apic_id, unsigned page);

} // namespace pagelab::arch
