// The register dump of x86_64, in the layout of Linux' __show_regs (arch/x86/kernel/process_64.c).
#include "guestkernel/kernel/oops.hpp"

#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/kernel/kallsyms.hpp"
#include "guestkernel/kernel/printk.hpp"

namespace pagelab::kernel {

void show_registers(arch::pt_regs const& r)
{
    constexpr auto kLevel = log_level::info;
    char symbol[kSymbolTextSize];
    printk(kLevel, "RIP: %04lx:%s\n", r.cs, sprint_symbol(symbol, r.ip));
    show_code(r.ip);
    printk(kLevel, "RSP: %04lx:%016lx EFLAGS: %08lx\n", r.ss, r.sp, r.flags);
    printk(kLevel, "RAX: %016lx RBX: %016lx RCX: %016lx\n", r.ax, r.bx, r.cx);
    printk(kLevel, "RDX: %016lx RSI: %016lx RDI: %016lx\n", r.dx, r.si, r.di);
    printk(kLevel, "RBP: %016lx R08: %016lx R09: %016lx\n", r.bp, r.r8, r.r9);
    printk(kLevel, "R10: %016lx R11: %016lx R12: %016lx\n", r.r10, r.r11, r.r12);
    printk(kLevel, "R13: %016lx R14: %016lx R15: %016lx\n", r.r13, r.r14, r.r15);
    printk(kLevel, "CR0: %016lx CR2: %016lx\n", arch::read_cr0(), arch::read_cr2());
    printk(kLevel, "CR3: %016lx CR4: %016lx\n", arch::read_cr3(), arch::read_cr4());
}

} // namespace pagelab::kernel
