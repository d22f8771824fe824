// Making tasks, and what keeps account of them.
#include "guestkernel/kernel/sched/fork.hpp"

#include "guestkernel/arch/x86/irq_stack.hpp"
#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/arch/x86/switch_to.hpp"
#include "guestkernel/kernel/sched/run_queues.hpp"
#include "guestkernel/kernel/sched/kthreadd.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/lib/format.hpp"

namespace pagelab::kernel {

task_struct init_task = {
    .flags = PF_IDLE | PF_KTHREAD,
    .comm = "swapper/0",
    .usage = 1,
    .cpus_mask = 1,
};

namespace {

constexpr int kFirstPid = 2;
constexpr int kPidMax = 32768; // Linux' PID_MAX_DEFAULT
constexpr int kReservedPids = 300;

task_struct console_task = {
    .flags = 0,
    .pid = 1,
    .tgid = 1,
    .comm = "swapper/0", // as Linux' first process is called until it has another program
    .usage = 1,
    .cpus_mask = kAllCpus,
};

lib::spinlock_t tasklist_lock;
lib::list_head task_list = {&task_list, &task_list};
int last_pid = kFirstPid - 1;
unsigned threads;
void (*init_process)();
mm::kmem_cache* task_struct_cachep;

bool is_taken(int pid)
{
    for (lib::list_head* link = task_list.next; link != &task_list; link = link->next) {
        if (CONTAINER_OF(link, task_struct, tasks)->pid == pid)
            return true;
    }
    return false;
}

// The list is locked.
int alloc_pid()
{
    do {
        last_pid = last_pid + 1 < kPidMax ? last_pid + 1 : kReservedPids;
    } while (is_taken(last_pid));
    return last_pid;
}

// The CPU that has had no new task for longest, of tasks that are still there: threads made in a
// row spread even if each sleeps before the next one comes. (Linux' find_idlest_cpu compares how
// busy CPUs were lately.) The list is locked.
unsigned idlest_cpu()
{
    cpumask_t left = cpu_active_mask();
    for (lib::list_head* link = task_list.prev; link != &task_list; link = link->prev) {
        cpumask_t const others = left & ~cpumask_of(CONTAINER_OF(link, task_struct, tasks)->cpu);
        if (others == 0)
            break;
        left = others;
    }
    return left != 0 ? static_cast<unsigned>(__builtin_ctzll(left)) : 0;
}

void link_task(task_struct& p)
{
    unsigned long flags;
    lib::spin_lock_irqsave(tasklist_lock, flags);
    if (p.pid == 0) {
        p.pid = p.tgid = alloc_pid();
        p.cpu = idlest_cpu();
    }
    lib::list_add_tail(p.tasks, task_list);
    threads++;
    lib::spin_unlock_irqrestore(tasklist_lock, flags);
}

void init_task_struct(task_struct& p)
{
    p.time_slice = RR_TIMESLICE;
    init_completion(p.exited);
    init_completion(p.kthread.parked);
}

lib::Result<> give_stack(task_struct& p)
{
    TRY(alloc_thread_stack(p.stack_vm_area));
    p.stack = reinterpret_cast<void*>(p.stack_vm_area.begin);
    return {};
}

lib::Result<task_struct*> dup_task_struct(char const* name, unsigned flags)
{
    if (task_struct_cachep == nullptr)
        task_struct_cachep =
            kmem_cache_create("task_struct", sizeof(task_struct), 64, mm::SLAB_PANIC, nullptr);
    auto* const p =
        static_cast<task_struct*>(kmem_cache_zalloc(task_struct_cachep, mm::GFP_KERNEL));
    if (p == nullptr)
        return lib::Error{"no memory for a task"};
    auto const stack = give_stack(*p);
    if (!stack) {
        kmem_cache_free(task_struct_cachep, p);
        return stack.error();
    }
    p->flags = flags;
    p->usage = 1;
    p->cpus_mask = kAllCpus;
    p->__state = TASK_UNINTERRUPTIBLE;
    p->cpu = arch::smp_processor_id();
    set_task_comm(*p, name);
    init_task_struct(*p);
    return p;
}

void idle_thread(void*)
{
    cpu_startup_entry();
}

// On the stack of the first thread: nobody needs what is on the boot stack any more.
void leave_boot_stack()
{
    init_task.stack = boot_stack_guard + kPageSize;
    init_task.thread.sp =
        arch::make_thread_frame(reinterpret_cast<uintptr_t>(boot_stack_top), idle_thread, nullptr);
    init_process();
}

} // namespace

lib::Result<> rest_init(void (*function)())
{
    task_struct& p = console_task;
    TRY(give_stack(p));
    init_task_struct(p);
    init_idle(init_task, 0);
    link_task(p);
    take_over(p);
    init_process = function;
    arch::switch_stack(p.stack_vm_area.end, leave_boot_stack);
}

lib::Result<task_struct*> make_task(char const* name, unsigned flags, void (*function)(void*),
                                    void* argument)
{
    task_struct* const p = TRY(dup_task_struct(name, flags));
    p->thread.sp = arch::make_thread_frame(p->stack_vm_area.end, function, argument);
    link_task(*p);
    return p;
}

lib::Result<task_struct*> create_task(char const* name, unsigned flags, void (*function)(void*),
                                      void* argument)
{
    TRY(start_kthreadd());
    return make_task(name, flags, function, argument);
}

lib::Result<task_struct*> fork_idle(unsigned cpu)
{
    char name[TASK_COMM_LEN];
    lib::snprintf(name, sizeof(name), "swapper/%u", cpu);
    task_struct* const p = TRY(dup_task_struct(name, PF_IDLE | PF_KTHREAD));
    p->__state = TASK_RUNNING;
    init_idle(*p, cpu);
    return p;
}

void unlink_task(task_struct& p)
{
    unsigned long flags;
    lib::spin_lock_irqsave(tasklist_lock, flags);
    lib::list_del(p.tasks);
    threads--;
    lib::spin_unlock_irqrestore(tasklist_lock, flags);
}

void get_task_struct(task_struct& p)
{
    __atomic_fetch_add(&p.usage, 1, __ATOMIC_RELAXED);
}

void put_task_struct(task_struct& p)
{
    if (__atomic_sub_fetch(&p.usage, 1, __ATOMIC_ACQ_REL) == 0 && &p != &console_task)
        kmem_cache_free(task_struct_cachep, &p);
}

task_struct* find_get_task_by_pid(int pid)
{
    unsigned long flags;
    task_struct* found = nullptr;
    lib::spin_lock_irqsave(tasklist_lock, flags);
    for (lib::list_head* link = task_list.next; link != &task_list; link = link->next) {
        task_struct* const p = CONTAINER_OF(link, task_struct, tasks);
        if (p->pid == pid)
            found = p;
    }
    if (found != nullptr)
        get_task_struct(*found);
    lib::spin_unlock_irqrestore(tasklist_lock, flags);
    return found;
}

void for_each_process(void (*function)(void* context, task_struct& p), void* context)
{
    unsigned long flags;
    lib::spin_lock_irqsave(tasklist_lock, flags);
    for (lib::list_head* link = task_list.next; link != &task_list; link = link->next)
        function(context, *CONTAINER_OF(link, task_struct, tasks));
    lib::spin_unlock_irqrestore(tasklist_lock, flags);
}

unsigned nr_threads()
{
    return threads;
}

} // namespace pagelab::kernel
