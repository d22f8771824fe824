// The final GDT, IDT and task state segment: what both kernels do alike.
#include "guestkernel/arch/x86/descriptor_tables.hpp"

#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/cpu_tables.hpp"
#include "guestkernel/arch/x86/percpu.hpp"

namespace pagelab::arch {

namespace {

constexpr unsigned kGdtEntries = 7; // x86_64: a TSS descriptor takes two

uint64_t gdt[kGdtEntries] = {0, x86::kFlatCode32, x86::kFlatCode64, x86::kFlatData, 0,
                             0, x86::kFlatData};
GateWords idt[kVectors];
uintptr_t this_cpu_offset; // the base of GS or FS

template<class Table>
x86::TableRegister<uintptr_t> table_register(Table const& table)
{
    return {sizeof(table) - 1, reinterpret_cast<uintptr_t>(&table)};
}

} // namespace

void load_descriptor_tables()
{
    for (unsigned vector = 0; vector < kVectors; vector++)
        idt[vector] = gate_for(vector);
    fill_task_segments(gdt);

    auto const gdt_register = table_register(gdt);
    auto const idt_register = table_register(idt);
    asm volatile("lgdt %0; lidt %1; ltr %w2"
                 :
                 : "m"(gdt_register), "m"(idt_register), "r"(kTssSelector)
                 : "memory");
    load_percpu_base(this_cpu_offset);
}

void load_percpu_base(uintptr_t offset)
{
    this_cpu_offset = offset;
#ifdef __x86_64__
    write_msr(x86::Msr::gs_base, offset);
#else
    gdt[kPercpuSelector / 8] = x86::kFlatData | x86::descriptor::BaseLow::make(offset) |
                               x86::descriptor::BaseHigh::make(offset >> 24);
    asm volatile("mov %w0, %%fs" : : "r"(kPercpuSelector) : "memory");
#endif
}

} // namespace pagelab::arch
