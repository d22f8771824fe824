// The workers: threads that take works from their CPU's list.
#include "guestkernel/kernel/sched/worker_pool.hpp"

#include "guestkernel/kernel/sched/kthread.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/lib/format.hpp"

namespace pagelab::kernel {

lib::spinlock_t workqueue_lock;
wait_queue_head work_done = {{}, {&work_done.head, &work_done.head}};

namespace {

DEFINE_PER_CPU(worker_pool, worker_pools) = {};

int worker_thread(void* data);

// The first work that may start, not pending any more; null: none.
work_struct* take_work(worker_pool& pool)
{
    for (lib::list_head* link = pool.worklist.next; link != &pool.worklist; link = link->next) {
        work_struct& work = *CONTAINER_OF(link, work_struct, entry);
        workqueue_struct& wq = workqueue_of(work);
        if (wq.nr_active >= wq.max_active || is_running(work))
            continue;
        wq.nr_active++;
        lib::list_del(work.entry);
        return &work;
    }
    return nullptr;
}

void wake_pools()
{
    for (cpumask_t cpus = cpu_active_mask(); cpus != 0; cpus &= cpus - 1) {
        worker_pool& pool = cpu_pool(static_cast<unsigned>(__builtin_ctzll(cpus)));
        if (!lib::list_empty(pool.worklist))
            wake_up_worker(pool);
    }
}

// The lock is held, and dropped meanwhile. The work may free itself.
void run_work(worker& self, work_struct& work)
{
    workqueue_struct& wq = workqueue_of(work);
    unsigned const color = (work.data & WORK_STRUCT_COLOR) != 0 ? 1 : 0;
    auto* const function = work.func;
    work.data &= ~WORK_STRUCT_PENDING;
    lib::spin_unlock_irq(workqueue_lock);
    function(work);
    lib::spin_lock_irq(workqueue_lock);
    self.current_work = nullptr;
    wq.nr_active--;
    wq.nr_in_flight[color]--;
    wake_up_all(work_done);
    wake_pools(); // for what had to wait for this
}

// One more, unless another is idle. The lock is held, and dropped meanwhile.
void make_idle_worker(worker_pool& pool)
{
    if (pool.nr_idle > 0 || pool.nr_workers == kMaxWorkers)
        return;
    unsigned const nr = pool.nr_workers++;
    lib::spin_unlock_irq(workqueue_lock);
    task_struct* const p = kthread_create(worker_thread, &pool, "kworker/%u:%u", pool.cpu, nr);
    if (p != nullptr) {
        kthread_bind(*p, pool.cpu);
        wake_up_process(*p);
    }
    lib::spin_lock_irq(workqueue_lock);
    if (p == nullptr)
        pool.nr_workers--;
}

// The lock is held, and dropped meanwhile.
void sleep_until_woken(worker_pool& pool, worker& self)
{
    self.is_idle = true;
    pool.nr_idle++;
    while (self.is_idle) {
        set_current_state(TASK_IDLE);
        lib::spin_unlock_irq(workqueue_lock);
        schedule();
        lib::spin_lock_irq(workqueue_lock);
    }
}

int worker_thread(void* data)
{
    auto& pool = *static_cast<worker_pool*>(data);
    worker self = {&get_current(), nullptr, false, {}};
    get_current().flags |= PF_WQ_WORKER;
    lib::spin_lock_irq(workqueue_lock);
    lib::list_add_tail(self.entry, pool.workers);
    for (;;) {
        work_struct* const work = take_work(pool);
        if (work == nullptr) {
            sleep_until_woken(pool, self);
            continue;
        }
        self.current_work = work;
        make_idle_worker(pool);
        run_work(self, *work);
    }
}

} // namespace

worker_pool& cpu_pool(unsigned cpu)
{
    worker_pool& pool = arch::per_cpu(worker_pools, cpu);
    if (pool.worklist.next == nullptr) {
        lib::init_list_head(pool.worklist);
        lib::init_list_head(pool.workers);
        pool.cpu = cpu;
    }
    return pool;
}

void wake_up_worker(worker_pool& pool)
{
    for (lib::list_head* link = pool.workers.next; link != &pool.workers; link = link->next) {
        worker& w = *CONTAINER_OF(link, worker, entry);
        if (!w.is_idle)
            continue;
        w.is_idle = false;
        pool.nr_idle--;
        wake_up_process(*w.task);
        return;
    }
    if (pool.nr_workers > 0)
        return; // all are busy, and will look at the list
    kthread_request& request = pool.first_worker;
    pool.nr_workers = 1;
    request.threadfn = worker_thread;
    request.data = &pool;
    request.cpus = cpumask_of(pool.cpu);
    lib::snprintf(request.name, sizeof(request.name), "kworker/%u:0", pool.cpu);
    request_kthread(request);
}

bool is_running(work_struct const& work)
{
    for (cpumask_t cpus = cpu_active_mask(); cpus != 0; cpus &= cpus - 1) {
        worker_pool& pool = cpu_pool(static_cast<unsigned>(__builtin_ctzll(cpus)));
        for (lib::list_head* link = pool.workers.next; link != &pool.workers; link = link->next) {
            if (CONTAINER_OF(link, worker, entry)->current_work == &work)
                return true;
        }
    }
    return false;
}

} // namespace pagelab::kernel
