// What descriptor_tables.cpp asks of each architecture: its gates and its task state segments.
#pragma once

#include <stdint.h>

#include "guestkernel/abi/x86/segment.hpp"
#include "guestkernel/arch/x86/descriptor_tables.hpp"
#include "guestkernel/arch/x86/percpu.hpp"

// The entry of vector v is at trap_stubs + 16 v (trap_entry.S); those of the system vectors, from
// kFirstSystemVector on, at system_stubs.
extern "C" char trap_stubs[], system_stubs[];

namespace pagelab::arch {

struct GateWords {
#ifdef __x86_64__
    uint64_t low, high;
#else
    uint64_t low;
#endif
};

// What each CPU has of its own.
struct cpu_tables {
    uint64_t gdt[kGdtEntries];
#ifdef __x86_64__
    x86::Tss64 tss;
#else
    x86::Tss32 tss; // the CPU saves the interrupted registers here on the way to the other
    x86::Tss32 double_fault_tss;
#endif
};

DECLARE_PER_CPU(cpu_tables, this_cpu_tables);

// `entry` is the address of the vector's stub.
GateWords gate_for(unsigned vector, uintptr_t entry);

// Prepare the TSSes, with these exception stacks, and write their descriptors from kTssSelector on.
void fill_task_segments(cpu_tables& tables, uintptr_t const (&stack_tops)[kExceptionStacks]);

} // namespace pagelab::arch
