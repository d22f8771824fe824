// The MP configuration table the firmware leaves: what SeaBIOS' says of a PC without PCI.
//
// Processors have the APIC ids 0, 1, 2 ..., the first being the one that boots. The sixteen ISA
// lines lead to the I/O APIC's inputs of their number, but line 0, the timer, to input 2; LINT0 and
// LINT1 are as virtual_wire.cpp leaves them. A pure function of its arguments: the tests run it on
// the host. Source: abi/machine/mp_table.hpp; SeaBIOS src/fw/mptable.c.
#pragma once

#include <stdint.h>

#include "guestkernel/abi/machine/memory_map.hpp"

namespace pagelab::firmware {

inline constexpr uint32_t kMaxMpProcessors = 64; // more are not named

// What every processor's entry says of it: all are alike.
struct Processor {
    uint8_t apic_version; // of the version register, bits 7:0
    uint32_t signature;   // CPUID 1: EAX
    uint32_t features;    // CPUID 1: EDX
};

// Writes the table to `to`, which has room for memory_map::kMpTableSize bytes. Returns its size.
uint32_t build_mp_table(uint8_t* to, uint32_t processor_count, Processor const& processor);

// Leads to a table at this address.
mp::FloatingPointer make_mp_pointer(uint32_t table);

// The table and its pointer, in low memory; nothing if there is one processor. After
// write_bios_data().
void write_mp_table(uint32_t processor_count);

} // namespace pagelab::firmware
