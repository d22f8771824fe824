// One list of tasks, and a queue per CPU; then each against the other.
#include "emu/guest/tasks.hpp"

#include <algorithm>

#include "emu/guest/list_walk.hpp"
#include "emu/guest/percpu.hpp"

namespace pagelab::guest {

namespace {

constexpr size_t kMaxTasks = 32768; // PID_MAX_DEFAULT
constexpr size_t kMaxComm = 16;     // TASK_COMM_LEN
constexpr uint64_t kInterruptible = 0x1;
constexpr uint64_t kUninterruptible = 0x2;
constexpr uint64_t kParked = 0x40;
constexpr uint64_t kIdle = 0x402; // TASK_UNINTERRUPTIBLE | TASK_NOLOAD

char letter(uint64_t state)
{
    return state == 0                   ? 'R'
           : state == kIdle             ? 'I'
           : (state & kInterruptible)   ? 'S'
           : (state & kUninterruptible) ? 'D'
           : (state & kParked)          ? 'P'
                                        : 'X';
}

class Reader {
  public:
    Reader(KernelView const& view, TaskReport& report) : view_(view), report_(report) {}

    Result<> read()
    {
        TRY(read_list());
        PerCpu const percpu = TRY(read_percpu(view_));
        VirtAddr const queues = TRY(view_.types().variable("runqueues")).address;
        for (unsigned cpu = 0; cpu < percpu.offsets.size(); cpu++)
            if (!read_queue(view_.advance(queues, percpu.offsets[cpu]), cpu))
                damaged("unreadable run queue", view_.advance(queues, percpu.offsets[cpu]), 0, cpu);
        for (RunQueue const& queue : report_.queues)
            compare(queue);
        return {};
    }

  private:
    void damaged(std::string what, VirtAddr where, uint64_t expected, uint64_t found)
    {
        note(report_.damage, {std::move(what), where, expected, found});
    }

    Result<> read_list()
    {
        auto const head = TRY(view_.types().variable("task_list")).address;
        auto const link = TRY(view_.types().member("task_struct", "tasks"));
        ListWalk const walk = list_walk(view_, head, kMaxTasks);
        if (walk.damage)
            note(report_.damage, *walk.damage);
        for (VirtAddr const node : walk.nodes)
            add_task(view_.advance(node, -link.offset));
        return {};
    }

    void add_task(VirtAddr address)
    {
        if (auto task = read_task(address))
            report_.tasks.push_back(std::move(*task));
        else
            damaged("unreadable task_struct", address, 0, 0);
    }

    Result<Task> read_task(VirtAddr address) const
    {
        auto const field = [&](char const* path) {
            return view_.read_field(address, "task_struct", path);
        };
        Task task;
        task.address = address;
        task.pid = static_cast<int64_t>(TRY(field("pid")));
        VirtAddr const comm = TRY(view_.field_address(address, "task_struct", "comm"));
        task.comm = TRY(view_.read_string(comm, kMaxComm));
        task.state = letter(TRY(field("__state")));
        task.cpu = TRY(field("cpu"));
        task.on_cpu = TRY(field("on_cpu")) != 0;
        task.on_rq = TRY(field("on_rq")) != 0;
        task.stack = VirtAddr(TRY(field("stack_vm_area.begin")));
        task.stack_end = VirtAddr(TRY(field("stack_vm_area.end")));
        task.sp = VirtAddr(TRY(field("thread.sp")));
        return task;
    }

    Result<> read_queue(VirtAddr address, unsigned cpu)
    {
        RunQueue queue;
        queue.cpu = cpu;
        queue.nr_running = TRY(view_.read_field(address, "rq", "nr_running"));
        queue.curr = VirtAddr(TRY(view_.read_field(address, "rq", "curr")));
        queue.idle = VirtAddr(TRY(view_.read_field(address, "rq", "idle")));
        auto const link = TRY(view_.types().member("task_struct", "run_list"));
        ListWalk const walk =
            list_walk(view_, TRY(view_.field_address(address, "rq", "queue")), kMaxTasks);
        if (walk.damage)
            note(report_.damage, *walk.damage);
        for (VirtAddr const node : walk.nodes)
            queue.queued.push_back(view_.advance(node, -link.offset));
        uint64_t const running = queue.queued.size() + (queue.curr != queue.idle ? 1 : 0);
        if (!walk.damage && queue.nr_running != running)
            damaged(fmt::format("nr_running of CPU {}", cpu), address, running, queue.nr_running);
        if (queue.idle.value != 0 && report_.find(queue.idle) == nullptr)
            add_task(queue.idle);
        report_.queues.push_back(std::move(queue));
        return {};
    }

    void compare(RunQueue const& queue)
    {
        Task const* const current = report_.find(queue.curr);
        if (current == nullptr)
            damaged(fmt::format("current task of CPU {} is no task", queue.cpu), queue.curr, 0,
                    queue.curr.value);
        else if (!current->on_cpu || current->cpu != queue.cpu)
            damaged("current task says it runs elsewhere", queue.curr, queue.cpu, current->cpu);
        for (VirtAddr const address : queue.queued) {
            Task const* const task = report_.find(address);
            if (task == nullptr)
                damaged("queued task is on no list of tasks", address, 0, address.value);
            else if (!task->on_rq || task->cpu != queue.cpu)
                damaged("queued task says it waits elsewhere", address, queue.cpu, task->cpu);
        }
    }

    KernelView const& view_;
    TaskReport& report_;
};

} // namespace

Task const* TaskReport::find(VirtAddr address) const
{
    auto const found = std::ranges::find(tasks, address, &Task::address);
    return found == tasks.end() ? nullptr : &*found;
}

Task const* TaskReport::on_stack(VirtAddr address) const
{
    for (Task const& task : tasks)
        if (address >= task.stack && address < task.stack_end)
            return &task;
    return nullptr;
}

Result<TaskReport> read_tasks(KernelView const& view)
{
    TaskReport report;
    TRY(Reader(view, report).read());
    return report;
}

} // namespace pagelab::guest
