// x86_64: all gates are interrupt gates; three exceptions switch to stacks of the TSS.
#include "guestkernel/arch/x86/cpu_tables.hpp"

#include "guestkernel/abi/x86/vectors.hpp"

namespace pagelab::arch {

namespace {

// 1..3: which of the stacks; 0 for the current one.
unsigned stack_of(unsigned vector)
{
    switch (static_cast<x86::Vector>(vector)) {
    case x86::Vector::double_fault:
        return 1;
    case x86::Vector::nmi:
        return 2;
    case x86::Vector::machine_check:
        return 3;
    default:
        return 0;
    }
}

} // namespace

GateWords gate_for(unsigned vector, uintptr_t entry)
{
    return {x86::gate::make(entry, kKernelCs64, x86::kTypeInterruptGate, 0, stack_of(vector)),
            x86::gate::make_high(entry)};
}

void fill_task_segments(cpu_tables& tables, uintptr_t const (&stack_tops)[kExceptionStacks])
{
    for (unsigned i = 0; i < kExceptionStacks; i++)
        tables.tss.ist[i] = stack_tops[i];
    tables.tss.io_map_base = sizeof(tables.tss); // beyond the limit: no port for user mode
    auto const base = reinterpret_cast<uint64_t>(&tables.tss);
    tables.gdt[kTssSelector / 8] = x86::tss_descriptor(base, sizeof(tables.tss) - 1);
    tables.gdt[kTssSelector / 8 + 1] = base >> 32;
}

} // namespace pagelab::arch
