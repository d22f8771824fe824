// Round robin.
#include "guestkernel/kernel/sched/rq.hpp"

namespace pagelab::kernel {

namespace {

constexpr unsigned kMaskBits = 64;

} // namespace

char task_state_to_char(task_struct const& p)
{
    unsigned const state = p.__state;
    return state == TASK_RUNNING            ? 'R'
           : state == TASK_IDLE             ? 'I'
           : (state & TASK_INTERRUPTIBLE)   ? 'S'
           : (state & TASK_UNINTERRUPTIBLE) ? 'D'
           : (state & TASK_PARKED)          ? 'P'
                                            : 'X';
}

void rq_init(rq& rq, unsigned cpu, task_struct& idle)
{
    rq = {};
    rq.cpu = cpu;
    rq.curr = &idle;
    rq.idle = &idle;
    lib::init_list_head(rq.queue);
}

void enqueue_task(rq& rq, task_struct& p)
{
    p.cpu = rq.cpu;
    p.on_rq = true;
    p.time_slice = RR_TIMESLICE;
    lib::list_add_tail(p.run_list, rq.queue);
    rq.nr_running = rq.nr_running + 1;
}

void put_prev_task(rq& rq)
{
    if (rq.curr != rq.idle)
        lib::list_add_tail(rq.curr->run_list, rq.queue);
}

void deactivate_current(rq& rq)
{
    rq.curr->on_rq = false;
    rq.nr_running = rq.nr_running - 1;
}

task_struct& set_next_task(rq& rq)
{
    rq.curr = rq.idle;
    if (!lib::list_empty(rq.queue)) {
        rq.curr = CONTAINER_OF(rq.queue.next, task_struct, run_list);
        lib::list_del(rq.curr->run_list);
    }
    return *rq.curr;
}

bool task_tick(rq& rq)
{
    if (rq.curr == rq.idle) {
        rq.idle_ticks++;
        return false;
    }
    rq.busy_ticks++;
    rq.curr->stime++;
    if (--rq.curr->time_slice > 0)
        return false;
    rq.curr->time_slice = RR_TIMESLICE;
    return !lib::list_empty(rq.queue);
}

task_struct* detach_task(rq& rq, unsigned cpu)
{
    for (lib::list_head* link = rq.queue.next; link != &rq.queue; link = link->next) {
        task_struct* const p = CONTAINER_OF(link, task_struct, run_list);
        if (!cpumask_test_cpu(cpu, &p->cpus_mask))
            continue;
        lib::list_del(p->run_list);
        rq.nr_running = rq.nr_running - 1;
        return p;
    }
    return nullptr;
}

unsigned select_task_rq(unsigned previous, cpumask_t allowed, unsigned (*nr_running)(unsigned cpu))
{
    unsigned best = kMaskBits;
    unsigned least = ~0u;
    for (unsigned i = 0; i < kMaskBits && least > 0; i++) {
        unsigned const cpu = (previous + i) % kMaskBits;
        if (!cpumask_test_cpu(cpu, &allowed) || nr_running(cpu) >= least)
            continue;
        best = cpu;
        least = nr_running(cpu);
    }
    return best;
}

} // namespace pagelab::kernel
