// x86_64: all gates are interrupt gates; three exceptions switch to stacks of the TSS.
#include "guestkernel/arch/x86/cpu_tables.hpp"

#include "guestkernel/abi/x86/vectors.hpp"
#include "guestkernel/arch/x86/descriptor_tables.hpp"

namespace pagelab::arch {

namespace {

constexpr unsigned kStackSize = 4096;
constexpr unsigned kStacks = 3;

alignas(16) char stacks[kStacks][kStackSize];
x86::Tss64 tss;

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

GateWords gate_for(unsigned vector)
{
    auto const entry = reinterpret_cast<uint64_t>(trap_stubs + 16 * vector);
    return {x86::gate::make(entry, kKernelCs64, x86::kTypeInterruptGate, 0, stack_of(vector)),
            x86::gate::make_high(entry)};
}

void fill_task_segments(uint64_t* gdt)
{
    for (unsigned i = 0; i < kStacks; i++)
        tss.ist[i] = reinterpret_cast<uint64_t>(stacks[i] + kStackSize);
    tss.io_map_base = sizeof(tss); // beyond the limit: no port is allowed to user mode
    auto const base = reinterpret_cast<uint64_t>(&tss);
    gdt[kTssSelector / 8] = x86::tss_descriptor(base, sizeof(tss) - 1);
    gdt[kTssSelector / 8 + 1] = base >> 32;
}

} // namespace pagelab::arch
