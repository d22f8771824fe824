// The end of tasks.
#include "guestkernel/kernel/panic.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/sched/fork.hpp"
#include "guestkernel/kernel/sched/kthreadd.hpp"
#include "guestkernel/kernel/sched/sched.hpp"

namespace pagelab::kernel {

void do_exit(long code)
{
    task_struct& current = get_current();
    auto const reaper = start_kthreadd();
    if (!reaper)
        panic("kthreadd: %s", reaper.error().message);
    current.flags |= PF_EXITING;
    current.exit_code = static_cast<int>(code);
    unlink_task(current);
    complete_all(current.exited);
    do_task_dead();
}

void make_task_dead(int signal)
{
    task_struct& current = get_current();
    if (lib::in_interrupt())
        panic("Aiee, killing interrupt handler!");
    if (current.pid == 0)
        panic("Attempted to kill the idle task!");
    if (lib::irqs_disabled()) {
        printk(log_level::info, "note: %s[%d] exited with irqs disabled\n", current.comm,
               current.pid);
        lib::local_irq_enable();
    }
    if (lib::in_atomic()) {
        printk(log_level::info, "note: %s[%d] exited with preempt_count %u\n", current.comm,
               current.pid, lib::preempt_count());
        lib::preempt_count_sub(lib::preempt_count());
    }
    do_exit(signal);
}

} // namespace pagelab::kernel
