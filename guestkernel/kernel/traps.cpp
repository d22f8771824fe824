// Traps and interrupts: who gets which vector.
#include "guestkernel/kernel/traps.hpp"

#include "guestkernel/abi/x86/vectors.hpp"
#include "guestkernel/arch/x86/descriptor_tables.hpp"
#include "guestkernel/arch/x86/percpu.hpp"
#include "guestkernel/arch/x86/pic.hpp"
#include "guestkernel/arch/x86/system_vectors.hpp"
#include "guestkernel/kernel/bug.hpp"
#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/extable.hpp"
#include "guestkernel/kernel/interrupts.hpp"
#include "guestkernel/kernel/oops.hpp"
#include "guestkernel/kernel/sched/timer.hpp"
#include "guestkernel/kernel/smp.hpp"
#include "guestkernel/lib/restartable.hpp"

namespace pagelab::kernel {

namespace {

exception_hook hook;

void handle_interrupt(unsigned line)
{
    if (!arch::pic_acknowledge(line)) {
        count_spurious_interrupt();
        return;
    }
    count_interrupt(line);
    if (line == arch::kTimerLine)
        tick_periodic();
    else if (line == arch::kSerialLine)
        console_receive();
}

} // namespace

void set_exception_hook(exception_hook new_hook)
{
    hook = new_hook;
}

} // namespace pagelab::kernel

void handle_trap(pagelab::arch::pt_regs& regs)
{
    using namespace pagelab;
    if (regs.vector >= arch::kFirstIrqVector) {
        regs.ip = lib::restart_address(__start___restartable, __stop___restartable, regs.ip);
        lib::preempt_count_add(lib::HARDIRQ_OFFSET);
        if (regs.vector >= arch::kFirstSystemVector)
            kernel::handle_system_vector(regs);
        else
            kernel::handle_interrupt(static_cast<unsigned>(regs.vector - arch::kFirstIrqVector));
        lib::preempt_count_sub(lib::HARDIRQ_OFFSET);
        kernel::run_timers();
    } else if (regs.vector == static_cast<unsigned>(x86::Vector::nmi) && kernel::handle_stop_nmi())
        return;
    else if ((kernel::hook == nullptr || !kernel::hook(regs)) && !kernel::handle_bug(regs) &&
             !kernel::fixup_exception(regs))
        kernel::die(regs);
}
