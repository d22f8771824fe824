// Traps and interrupts: who gets which vector.
#include "guestkernel/kernel/traps.hpp"

#include "guestkernel/abi/x86/vectors.hpp"
#include "guestkernel/arch/x86/descriptor_tables.hpp"
#include "guestkernel/arch/x86/percpu.hpp"
#include "guestkernel/arch/x86/pic.hpp"
#include "guestkernel/arch/x86/system_vectors.hpp"
#include "guestkernel/kernel/bug.hpp"
#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/interrupts.hpp"
#include "guestkernel/kernel/oops.hpp"
#include "guestkernel/kernel/smp.hpp"

namespace pagelab::kernel {

namespace {

unsigned long volatile ticks;
exception_hook hook;

void handle_interrupt(unsigned line)
{
    if (!arch::pic_acknowledge(line)) {
        count_spurious_interrupt();
        return;
    }
    count_interrupt(line);
    if (line == arch::kTimerLine)
        timer_interrupt();
    else if (line == arch::kSerialLine)
        console_receive();
}

} // namespace

void set_exception_hook(exception_hook new_hook)
{
    hook = new_hook;
}

void timer_interrupt()
{
    if (arch::smp_processor_id() == 0)
        ticks = ticks + 1;
}

unsigned long jiffies()
{
    return ticks;
}

} // namespace pagelab::kernel

void handle_trap(pagelab::arch::pt_regs& regs)
{
    using namespace pagelab;
    if (regs.vector >= arch::kFirstSystemVector)
        kernel::handle_system_vector(regs);
    else if (regs.vector >= arch::kFirstIrqVector)
        kernel::handle_interrupt(static_cast<unsigned>(regs.vector - arch::kFirstIrqVector));
    else if (regs.vector == static_cast<unsigned>(x86::Vector::nmi) && kernel::handle_stop_nmi())
        return;
    else if ((kernel::hook == nullptr || !kernel::hook(regs)) && !kernel::handle_bug(regs))
        kernel::die(regs);
}
