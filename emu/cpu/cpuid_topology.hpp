// What CPUID tells a processor about itself and the others: one package of single-threaded cores.
//
// Source: Intel SDM volume 2, CPUID, leaves 1, 4 and 0BH; AMD APM volume 3, E.4.7 (8000_0008h).
#pragma once

#include <cstdint>

#include "emu/cpu/platform.hpp"

namespace pagelab::cpu {

// Adds it to what every processor answers. cpus: 1..255, of which this is number `cpu`, its APIC
// ID. One processor alone says nothing of the kind.
CpuidLeaf add_topology(uint32_t leaf, uint32_t subleaf, CpuidLeaf answer, unsigned cpus,
                       unsigned cpu);

} // namespace pagelab::cpu
