// The interrupt wiring a PC's firmware leaves behind: the 8259s' INTR through the local APIC.
#pragma once

namespace pagelab::firmware {

// Lets the local APIC, if CPUID says there is one, pass the 8259s' interrupts to the processor:
// "virtual wire mode". Without it an enabled timer never arrives on machines with an APIC.
void wire_interrupts();

} // namespace pagelab::firmware
