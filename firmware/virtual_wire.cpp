// Virtual wire mode: local APIC on, LINT0 delivers ExtINT, LINT1 NMI.
//
// Source: Intel MultiProcessor Specification 1.4, section 3.6.2.2; registers: Intel SDM volume 3,
// table "Local APIC Register Address Map".
#include "firmware/virtual_wire.hpp"

#include <stdint.h>

#include "firmware/io.hpp"

namespace pagelab::firmware {

namespace {

constexpr uintptr_t kLocalApic = 0xfee0'0000;
constexpr uint32_t kSpuriousVector = 0xf0, kLint0 = 0x350, kLint1 = 0x360;
constexpr uint32_t kApicEnabled = 1u << 8 | 0xff; // spurious interrupts, if any, are vector 255
constexpr uint32_t kExtInt = 7u << 8, kNmi = 4u << 8;

void write(uint32_t offset, uint32_t value)
{
    *reinterpret_cast<uint32_t volatile*>(kLocalApic + offset) = value;
}

} // namespace

void wire_interrupts()
{
    if (!has_local_apic())
        return;
    write(kSpuriousVector, kApicEnabled);
    write(kLint0, kExtInt);
    write(kLint1, kNmi);
}

} // namespace pagelab::firmware
