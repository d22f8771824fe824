// Switching from task to task.
#include "guestkernel/kernel/sched/sched.hpp"

#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/switch_to.hpp"
#include "guestkernel/kernel/oops.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/sched/run_queues.hpp"
#include "guestkernel/kernel/sched/timer.hpp"
#include "guestkernel/kernel/sched/kthreadd.hpp"
#include "guestkernel/kernel/sched/fork.hpp"
#include "guestkernel/lib/string.hpp"

extern "C" {
using namespace pagelab::kernel;
DEFINE_PER_CPU(task_struct*, current_task) = &init_task;
DEFINE_PER_CPU(rq, runqueues) = {};
}

namespace pagelab::kernel {

namespace {

enum class switch_kind { voluntary, preemption };

// A thread that sleeps while it may not: said so, and set right.
void schedule_debug(task_struct& prev)
{
    if (lib::preempt_count() == lib::PREEMPT_OFFSET) [[likely]]
        return;
    printk(log_level::err, "BUG: scheduling while atomic: %s/%d/0x%08x\n", prev.comm, prev.pid,
           lib::preempt_count());
    dump_stack();
    lib::preempt_count_add(lib::PREEMPT_OFFSET - lib::preempt_count());
}

void finish_task_switch()
{
    rq& rq = this_rq();
    task_struct& prev = *rq.prev;
    bool const is_dead = prev.__state == TASK_DEAD;
    __atomic_store_n(&prev.on_cpu, false, __ATOMIC_RELEASE);
    lib::spin_unlock_irq(rq.__lock);
    if (is_dead)
        bury_task(prev);
}

void context_switch(rq& rq, task_struct& prev, task_struct& next)
{
    rq.nr_switches++;
    rq.prev = &prev;
    next.on_cpu = true;
    lib::this_cpu_write(current_task, &next);
    __switch_to_asm(&prev.thread.sp, next.thread.sp);
    finish_task_switch(); // on whichever CPU this task runs now
}

// Preemption is disabled once, by the caller.
void __schedule(switch_kind kind)
{
    task_struct& prev = get_current();
    schedule_debug(prev);
    lib::local_irq_disable();
    rq& rq = this_rq();
    lib::spin_lock(rq.__lock);
    prev.need_resched = false;
    lib::clear_preempt_need_resched();
    bool const sleeps = kind == switch_kind::voluntary && prev.__state != TASK_RUNNING;
    (sleeps ? prev.nvcsw : prev.nivcsw)++;
    if (sleeps)
        deactivate_current(rq);
    else
        put_prev_task(rq);
    if (rq.nr_running == 0)
        pull_task(rq);
    task_struct& next = set_next_task(rq);
    if (&next != &prev)
        context_switch(rq, prev, next);
    else
        lib::spin_unlock_irq(rq.__lock);
}

} // namespace

void schedule()
{
    do {
        lib::preempt_disable();
        __schedule(switch_kind::voluntary);
        lib::preempt_enable_no_resched();
    } while (need_resched());
}

void schedule_preempt_disabled()
{
    lib::preempt_enable_no_resched();
    schedule();
    lib::preempt_disable();
}

void yield()
{
    set_current_state(TASK_RUNNING);
    schedule();
}

bool cond_resched()
{
    if (!lib::should_resched(0))
        return false;
    lib::preempt_schedule();
    return true;
}

void set_task_comm(task_struct& p, char const* name)
{
    size_t const length = strlen(name);
    size_t const kept = length < TASK_COMM_LEN ? length : TASK_COMM_LEN - 1;
    memcpy(p.comm, name, kept);
    memset(p.comm + kept, 0, TASK_COMM_LEN - kept);
}

void do_task_dead()
{
    lib::preempt_disable(); // preempted now, it would be buried while it is in a run queue
    set_current_state(TASK_DEAD);
    __schedule(switch_kind::voluntary);
    __builtin_unreachable();
}

void cpu_startup_entry()
{
    set_cpu_active(arch::smp_processor_id());
    lib::preempt_disable();
    for (;;) {
        while (!need_resched()) {
            lib::local_irq_disable();
            if (need_resched()) {
                lib::local_irq_enable();
                continue;
            }
            tick_nohz_idle_enter();
            arch::enable_interrupts_and_halt();
        }
        tick_nohz_idle_exit();
        __schedule(switch_kind::preemption);
    }
}

} // namespace pagelab::kernel

// From preempt_enable(), when it has found that the scheduler wants to run.
extern "C" void preempt_schedule()
{
    using namespace pagelab;
    if (lib::preempt_count() != 0 || lib::irqs_disabled())
        return;
    do {
        lib::preempt_disable();
        kernel::__schedule(kernel::switch_kind::preemption);
        lib::preempt_enable_no_resched();
    } while (kernel::need_resched());
}

// From trap_entry.S, at the end of an interrupt of code that may be preempted.
extern "C" void preempt_schedule_irq()
{
    using namespace pagelab;
    do {
        lib::preempt_disable();
        kernel::__schedule(kernel::switch_kind::preemption);
        lib::local_irq_disable();
        lib::preempt_enable_no_resched();
    } while (kernel::need_resched());
}

// A new task's first steps, from switch_to.S.
extern "C" void schedule_tail()
{
    pagelab::kernel::finish_task_switch();
    pagelab::lib::preempt_enable();
}
