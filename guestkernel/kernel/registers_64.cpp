// The register dump of x86_64, in the layout of Linux' __show_regs (arch/x86/kernel/process_64.c).
#include "guestkernel/kernel/oops.hpp"

#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/kernel/printk.hpp"

namespace pagelab::kernel {

#define READ_SELECTOR(name)                                                                        \
    ({                                                                                             \
        unsigned selector;                                                                         \
        asm("mov %%" name ", %0" : "=r"(selector));                                                \
        selector;                                                                                  \
    })

void show_registers(arch::pt_regs const& r)
{
    constexpr auto kLevel = log_level::warning;
    printk(kLevel, "RIP: %04lx:%pS\n", r.cs, reinterpret_cast<void*>(r.ip));
    show_code(r.ip);
    printk(kLevel, "RSP: %04lx:%016lx EFLAGS: %08lx\n", r.ss, r.sp, r.flags);
    printk(kLevel, "RAX: %016lx RBX: %016lx RCX: %016lx\n", r.ax, r.bx, r.cx);
    printk(kLevel, "RDX: %016lx RSI: %016lx RDI: %016lx\n", r.dx, r.si, r.di);
    printk(kLevel, "RBP: %016lx R08: %016lx R09: %016lx\n", r.bp, r.r8, r.r9);
    printk(kLevel, "R10: %016lx R11: %016lx R12: %016lx\n", r.r10, r.r11, r.r12);
    printk(kLevel, "R13: %016lx R14: %016lx R15: %016lx\n", r.r13, r.r14, r.r15);
    printk(kLevel, "FS:  %016lx(%04x) GS:%016lx(%04x) knlGS:%016lx\n",
           arch::read_msr(x86::Msr::fs_base), READ_SELECTOR("fs"),
           arch::read_msr(x86::Msr::gs_base), READ_SELECTOR("gs"),
           arch::read_msr(x86::Msr::kernel_gs_base));
    printk(kLevel, "CS:  %04lx DS: %04x ES: %04x CR0: %016lx\n", r.cs, READ_SELECTOR("ds"),
           READ_SELECTOR("es"), arch::read_cr0());
    printk(kLevel, "CR2: %016lx CR3: %016lx CR4: %016lx\n", arch::read_cr2(), arch::read_cr3(),
           arch::read_cr4());
}

} // namespace pagelab::kernel
