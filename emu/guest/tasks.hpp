// The guest's threads and the run queues they wait in.
//
//   task_list -> task_struct -> task_struct -> ...      by age; idle tasks are not on it
//   runqueues, one per CPU: curr, idle, queue -> task_struct.run_list -> ...
//
// A task that runs or waits in a queue says on_rq, and in whose queue: cpu. Source:
// guestkernel/kernel/sched (task.hpp, rq.hpp); Linux 6.1 include/linux/sched.h for the names.
#pragma once

#include <string>
#include <vector>

#include "emu/guest/damage.hpp"
#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

struct Task {
    VirtAddr address; // of its task_struct
    int64_t pid = 0;
    std::string comm;
    char state = 'R'; // as ps has it: R S D I P X
    uint64_t cpu = 0; // where it runs, or ran last
    bool on_cpu = false;
    bool on_rq = false;
    VirtAddr stack; // [stack, stack_end); both 0: not known
    VirtAddr stack_end;
    VirtAddr sp; // saved while it does not run
};

struct RunQueue {
    unsigned cpu = 0;
    uint64_t nr_running = 0;
    VirtAddr curr; // task_structs
    VirtAddr idle;
    std::vector<VirtAddr> queued; // next first
};

struct TaskReport {
    std::vector<Task> tasks; // by age, then the idle tasks
    std::vector<RunQueue> queues;
    std::vector<Damage> damage;

    Task const* find(VirtAddr address) const;     // null: none
    Task const* on_stack(VirtAddr address) const; // whose stack it is in; null: nobody's
};

Result<TaskReport> read_tasks(KernelView const& view);

} // namespace pagelab::guest
