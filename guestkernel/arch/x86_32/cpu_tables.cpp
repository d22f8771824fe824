// i686: all gates are interrupt gates but the double fault's, which switches to a task whose
// registers and stack owe nothing to the interrupted code.
#include "guestkernel/arch/x86/cpu_tables.hpp"

#include "guestkernel/abi/x86/rflags.hpp"
#include "guestkernel/abi/x86/vectors.hpp"
#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/descriptor_tables.hpp"
#include "guestkernel/arch/x86/trap_frame.hpp"

extern "C" char double_fault_task[];
extern "C" void handle_double_fault();

namespace pagelab::arch {

namespace {

alignas(16) char double_fault_stack[4096];
x86::Tss32 tss; // the CPU saves the interrupted registers here on the way to the other
x86::Tss32 double_fault_tss;

pt_regs interrupted_registers()
{
    pt_regs regs = {};
    regs.ax = tss.eax;
    regs.bx = tss.ebx;
    regs.cx = tss.ecx;
    regs.dx = tss.edx;
    regs.si = tss.esi;
    regs.di = tss.edi;
    regs.bp = tss.ebp;
    regs.ds = tss.ds;
    regs.es = tss.es;
    regs.fs = tss.fs;
    regs.gs = tss.gs;
    regs.ip = tss.eip;
    regs.cs = tss.cs;
    regs.flags = tss.eflags;
    regs.sp = tss.esp;
    regs.ss = tss.ss;
    regs.vector = static_cast<uint32_t>(x86::Vector::double_fault);
    return regs;
}

} // namespace

GateWords gate_for(unsigned vector)
{
    if (vector == static_cast<unsigned>(x86::Vector::double_fault))
        return {x86::gate::make(0, kDoubleFaultTss, x86::kTypeTaskGate, 0)};
    auto const entry = reinterpret_cast<uint32_t>(trap_stubs + 16 * vector);
    return {x86::gate::make(entry, kKernelCs32, x86::kTypeInterruptGate, 0)};
}

void fill_task_segments(uint64_t* gdt)
{
    tss.ss0 = kKernelDs;
    tss.io_map_base = sizeof(tss); // beyond the limit: no port is allowed to user mode

    double_fault_tss = tss;
    double_fault_tss.cr3 = static_cast<uint32_t>(read_cr3());
    double_fault_tss.eip = reinterpret_cast<uint32_t>(double_fault_task);
    double_fault_tss.eflags = x86::rflags::AlwaysOne::mask;
    double_fault_tss.esp =
        reinterpret_cast<uint32_t>(double_fault_stack + sizeof(double_fault_stack));
    double_fault_tss.cs = kKernelCs32;
    double_fault_tss.ds = double_fault_tss.es = double_fault_tss.ss = kKernelDs;
    double_fault_tss.fs = kPercpuSelector;

    gdt[kTssSelector / 8] = x86::tss_descriptor(reinterpret_cast<uint32_t>(&tss), sizeof(tss) - 1);
    gdt[kDoubleFaultTss / 8] =
        x86::tss_descriptor(reinterpret_cast<uint32_t>(&double_fault_tss), sizeof(tss) - 1);
}

} // namespace pagelab::arch

void handle_double_fault()
{
    auto regs = pagelab::arch::interrupted_registers();
    handle_trap(regs);
}
