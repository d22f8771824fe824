// The register dump of i686, in the layout of Linux' __show_regs (arch/x86/kernel/process_32.c).
#include "guestkernel/kernel/oops.hpp"

#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/descriptor_tables.hpp"
#include "guestkernel/kernel/printk.hpp"

namespace pagelab::kernel {

void show_registers(arch::pt_regs const& r)
{
    constexpr auto kLevel = log_level::warning;
    unsigned const ss = arch::from_user_mode(r) ? r.ss : arch::kKernelDs;
    printk(kLevel, "EIP: %pS\n", reinterpret_cast<void*>(r.ip));
    show_code(r.ip);
    printk(kLevel, "EAX: %08x EBX: %08x ECX: %08x EDX: %08x\n", r.ax, r.bx, r.cx, r.dx);
    printk(kLevel, "ESI: %08x EDI: %08x EBP: %08x ESP: %08x\n", r.si, r.di, r.bp,
           arch::stack_pointer(r));
    printk(kLevel, "DS: %04x ES: %04x FS: %04x GS: %04x SS: %04x EFLAGS: %08x\n", r.ds & 0xffff,
           r.es & 0xffff, r.fs & 0xffff, r.gs & 0xffff, ss & 0xffff, r.flags);
    printk(kLevel, "CR0: %08x CR2: %08x CR3: %08x CR4: %08x\n", arch::read_cr0(), arch::read_cr2(),
           arch::read_cr3(), arch::read_cr4());
}

} // namespace pagelab::kernel
