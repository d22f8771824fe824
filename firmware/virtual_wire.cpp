// Virtual wire mode: local APIC on, LINT0 delivers ExtINT, LINT1 NMI.
//
// Source: Intel MultiProcessor Specification 1.4, section 3.6.2.2.
#include "firmware/virtual_wire.hpp"

#include <stdint.h>

#include "firmware/io.hpp"
#include "guestkernel/abi/x86/lapic.hpp"

namespace pagelab::firmware {

namespace lapic = x86::lapic;

namespace {

constexpr uint64_t kSpurious = 0xff; // vector of spurious interrupts, if any

void write(lapic::Offset offset, uint64_t value)
{
    *reinterpret_cast<uint32_t volatile*>(lapic::kDefaultBase + offset) =
        static_cast<uint32_t>(value);
}

} // namespace

void wire_interrupts()
{
    if (!has_local_apic())
        return;
    write(lapic::kSpuriousVector, lapic::svr::Enabled::mask | kSpurious);
    write(lapic::kLvtLint0, lapic::lvt::Delivery::make(lapic::kExtInt));
    write(lapic::kLvtLint1, lapic::lvt::Delivery::make(lapic::kNmi));
}

} // namespace pagelab::firmware
