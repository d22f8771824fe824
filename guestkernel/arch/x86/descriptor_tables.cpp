// The final GDT, IDT and task state segment: what both kernels do alike.
#include "guestkernel/arch/x86/descriptor_tables.hpp"

#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/cpu_tables.hpp"
#include "guestkernel/arch/x86/percpu.hpp"
#include "guestkernel/arch/x86/system_vectors.hpp"

namespace pagelab::arch {

DEFINE_PER_CPU(cpu_tables, this_cpu_tables) = {
    .gdt = {0, x86::kFlatCode32, x86::kFlatCode64, x86::kFlatData, 0, 0, x86::kFlatData},
};

namespace {

constexpr unsigned kGates = 256;
constexpr unsigned kStubSize = 16;
constexpr unsigned kBootStackSize = 4096;

alignas(16) char boot_stacks[kExceptionStacks][kBootStackSize];
DEFINE_PER_CPU(uintptr_t, exception_stack_tops[kExceptionStacks]) = {};
GateWords idt[kGates];

template<class Table>
x86::TableRegister<uintptr_t> table_register(Table const& table)
{
    return {sizeof(table) - 1, reinterpret_cast<uintptr_t>(&table)};
}

void load_percpu_base(cpu_tables& tables, uintptr_t offset)
{
#ifdef __x86_64__
    (void)tables;
    write_msr(x86::Msr::gs_base, offset);
#else
    tables.gdt[kPercpuSelector / 8] = x86::kFlatData | x86::descriptor::BaseLow::make(offset) |
                                      x86::descriptor::BaseHigh::make(offset >> 24);
    asm volatile("mov %w0, %%fs" : : "r"(kPercpuSelector) : "memory");
#endif
}

} // namespace

void fill_exception_gates()
{
    for (unsigned vector = 0; vector < kVectors; vector++)
        idt[vector] =
            gate_for(vector, reinterpret_cast<uintptr_t>(trap_stubs + kStubSize * vector));
    for (unsigned i = 0; i < kExceptionStacks; i++)
        exception_stack_tops[i] = reinterpret_cast<uintptr_t>(boot_stacks[i] + kBootStackSize);
}

void fill_system_gates()
{
    for (unsigned i = 0; i < kGates - kFirstSystemVector; i++)
        idt[kFirstSystemVector + i] = gate_for(
            kFirstSystemVector + i, reinterpret_cast<uintptr_t>(system_stubs + kStubSize * i));
}

void load_descriptor_tables(unsigned cpu)
{
    cpu_tables& tables = per_cpu(this_cpu_tables, cpu);
    fill_task_segments(tables, *per_cpu_ptr(&exception_stack_tops, cpu));
    auto const gdt_register = table_register(tables.gdt);
    auto const idt_register = table_register(idt);
    asm volatile("lgdt %0; lidt %1; ltr %w2"
                 :
                 : "m"(gdt_register), "m"(idt_register), "r"(kTssSelector)
                 : "memory");
    load_percpu_base(tables, __per_cpu_offset[cpu]);
}

void set_exception_stacks(unsigned cpu, uintptr_t const (&tops)[kExceptionStacks])
{
    for (unsigned i = 0; i < kExceptionStacks; i++)
        (*per_cpu_ptr(&exception_stack_tops, cpu))[i] = tops[i];
}

} // namespace pagelab::arch
