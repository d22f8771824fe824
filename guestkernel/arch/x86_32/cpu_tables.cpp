// i686: all gates are interrupt gates but the double fault's, which switches to a task whose
// registers and stack owe nothing to the interrupted code.
#include "guestkernel/arch/x86/cpu_tables.hpp"

#include "guestkernel/abi/x86/rflags.hpp"
#include "guestkernel/abi/x86/vectors.hpp"
#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/percpu.hpp"
#include "guestkernel/arch/x86/trap_frame.hpp"

extern "C" char double_fault_task[];
extern "C" void handle_double_fault();

namespace pagelab::arch {

namespace {

pt_regs interrupted_registers()
{
    x86::Tss32 const& tss = this_cpu_ptr(&this_cpu_tables)->tss;
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

GateWords gate_for(unsigned vector, uintptr_t entry)
{
    if (vector == static_cast<unsigned>(x86::Vector::double_fault))
        return {x86::gate::make(0, kDoubleFaultTss, x86::kTypeTaskGate, 0)};
    return {x86::gate::make(entry, kKernelCs32, x86::kTypeInterruptGate, 0)};
}

void fill_task_segments(cpu_tables& tables, uintptr_t const (&stack_tops)[kExceptionStacks])
{
    x86::Tss32& tss = tables.tss;
    tss.ss0 = kKernelDs;
    tss.io_map_base = sizeof(tss); // beyond the limit: no port is allowed to user mode

    x86::Tss32& fault = tables.double_fault_tss;
    fault = tss;
    fault.cr3 = static_cast<uint32_t>(read_cr3());
    fault.eip = reinterpret_cast<uint32_t>(double_fault_task);
    fault.eflags = x86::rflags::AlwaysOne::mask;
    fault.esp = stack_tops[0];
    fault.cs = kKernelCs32;
    fault.ds = fault.es = fault.ss = kKernelDs;
    fault.fs = kPercpuSelector;

    auto const descriptor = [](x86::Tss32 const& segment) {
        return x86::tss_descriptor(reinterpret_cast<uint32_t>(&segment), sizeof(segment) - 1);
    };
    tables.gdt[kTssSelector / 8] = descriptor(tss);
    tables.gdt[kDoubleFaultTss / 8] = descriptor(fault);
}

} // namespace pagelab::arch

void handle_double_fault()
{
    auto regs = pagelab::arch::interrupted_registers();
    handle_trap(regs);
}
