// The thread and its two lists.
#include "guestkernel/kernel/sched/kthreadd.hpp"

#include "guestkernel/kernel/commands.hpp"
#include "guestkernel/kernel/kswapd.hpp"
#include "guestkernel/kernel/panic.hpp"
#include "guestkernel/kernel/sched/fork.hpp"
#include "guestkernel/kernel/sched/kthread.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/kernel/sched/timer.hpp"
#include "guestkernel/kernel/slab.hpp"

namespace pagelab::kernel {

namespace {

lib::spinlock_t kthreadd_lock;
lib::list_head dead = {&dead, &dead};             // of task_struct::run_list
lib::list_head requests = {&requests, &requests}; // of kthread_request::entry
task_struct* volatile kthreadd_task;              // null: there is none yet
completion began = {0, {{}, {&began.wait.head, &began.wait.head}}}; // its first work is done

void console_thread(void*)
{
    run_console();
}

// The first of a list, taken out; null: it is empty.
lib::list_head* take_first(lib::list_head& list)
{
    lib::list_head* first = nullptr;
    lib::spin_lock_irq(kthreadd_lock);
    if (!lib::list_empty(list)) {
        first = list.next;
        lib::list_del(*first);
    }
    lib::spin_unlock_irq(kthreadd_lock);
    return first;
}

void put_last(lib::list_head& entry, lib::list_head& list)
{
    unsigned long flags;
    lib::spin_lock_irqsave(kthreadd_lock, flags);
    lib::list_add_tail(entry, list);
    lib::spin_unlock_irqrestore(kthreadd_lock, flags);
    if (kthreadd_task != nullptr)
        wake_up_process(*kthreadd_task);
}

void free_task(task_struct& p)
{
    bool const was_console = (p.flags & PF_KTHREAD) == 0;
    free_thread_stack(p.stack_vm_area);
    put_task_struct(p);
    if (!was_console)
        return;
    auto const console = create_task("sh", 0, console_thread, nullptr);
    if (!console)
        panic("no console: %s", console.error().message);
    wake_up_new_task(*console.value());
}

// Without memory: later, again.
void make_kthread(kthread_request& request)
{
    constexpr unsigned kPauseMs = 100;
    task_struct* const p = kthread_create(request.threadfn, request.data, "%s", request.name);
    if (p == nullptr) {
        msleep(kPauseMs);
        put_last(request.entry, requests);
        return;
    }
    set_cpus_allowed(*p, request.cpus);
    wake_up_process(*p);
}

void kthreadd(void*)
{
    kswapd_start();
    slab_reap_start();
    for (;;) {
        set_current_state(TASK_INTERRUPTIBLE);
        lib::list_head* const corpse = take_first(dead);
        lib::list_head* const wanted = take_first(requests);
        if (corpse == nullptr && wanted == nullptr) {
            schedule();
            continue;
        }
        set_current_state(TASK_RUNNING);
        if (corpse != nullptr)
            free_task(*CONTAINER_OF(corpse, task_struct, run_list));
        if (wanted != nullptr)
            make_kthread(*CONTAINER_OF(wanted, kthread_request, entry));
        complete_all(began);
    }
}

} // namespace

lib::Result<> start_kthreadd()
{
    if (kthreadd_task != nullptr)
        return {};
    task_struct* const p = TRY(make_task("kthreadd", PF_KTHREAD, kthreadd, nullptr));
    kthreadd_task = p;
    wake_up_new_task(*p);
    return {};
}

void wait_for_kthreadd()
{
    if (start_kthreadd())
        wait_for_completion(began);
}

void request_kthread(kthread_request& request)
{
    if (!__atomic_exchange_n(&request.is_queued, true, __ATOMIC_SEQ_CST))
        put_last(request.entry, requests);
}

void bury_task(task_struct& p)
{
    put_last(p.run_list, dead);
}

} // namespace pagelab::kernel
