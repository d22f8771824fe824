// What descriptor_tables.cpp asks of each architecture: its gates and its task state segments.
#pragma once

#include <stdint.h>

#include "guestkernel/abi/x86/segment.hpp"

// The entry of vector v is at trap_stubs + 16 v (trap_entry.S).
extern "C" char trap_stubs[];

namespace pagelab::arch {

struct GateWords {
#ifdef __x86_64__
    uint64_t low, high;
#else
    uint64_t low;
#endif
};

GateWords gate_for(unsigned vector);

// Prepare the TSSes and write their descriptors from kTssSelector on.
void fill_task_segments(uint64_t* gdt);

} // namespace pagelab::arch
