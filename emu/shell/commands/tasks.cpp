// tasks: the guest's threads, their stacks, and the run queues.
#include "emu/guest/tasks.hpp"

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/damage_list.hpp"
#include "emu/shell/session.hpp"
#include "emu/shell/text_table.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Every thread is a task_struct on one list; each CPU has a queue of those that could run:

  task_list -> task_struct -> task_struct -> ...
  runqueues of CPU n: curr (> below), idle, queue -> task_struct -> ...

  ST  R runs or could run   S sleeps   D sleeps, and no signal wakes it   I idle   P parked   X dead

EXAMPLES
  tasks
  tasks | grep kswapd
)";

Result<Json> read(Session& session)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    guest::TaskReport const report = TRY(guest::read_tasks(*kernel));
    Json tasks = Json::array();
    for (guest::Task const& task : report.tasks)
        tasks.push_back({{"address", hex(task.address)},
                         {"pid", task.pid},
                         {"comm", task.comm},
                         {"state", std::string(1, task.state)},
                         {"cpu", task.cpu},
                         {"runs", task.on_cpu},
                         {"queued", task.on_rq},
                         {"stack", hex(task.stack)},
                         {"stack_end", hex(task.stack_end)},
                         {"sp", hex(task.sp)}});
    Json queues = Json::array();
    for (guest::RunQueue const& queue : report.queues) {
        Json queued = Json::array();
        for (VirtAddr const task : queue.queued)
            queued.push_back(hex(task));
        queues.push_back({{"cpu", queue.cpu},
                          {"nr_running", queue.nr_running},
                          {"curr", hex(queue.curr)},
                          {"idle", hex(queue.idle)},
                          {"queue", std::move(queued)}});
    }
    return Json{{"tasks", std::move(tasks)},
                {"queues", std::move(queues)},
                {"damage", damage_list(report.damage)}};
}

Reader declare(CLI::App&)
{
    return [](Session& session) { return read(session); };
}

std::string text(Json const& document)
{
    TextTable table({{""},
                     {"PID", Align::Right},
                     {"CPU", Align::Right},
                     {"TASK"},
                     {"ST"},
                     {"STACK"},
                     {"COMM"}});
    for (Json const& task : document["tasks"])
        table.row({task["runs"] ? ">" : " ", plain(task["pid"]), plain(task["cpu"]),
                   plain(task["address"]).substr(2), plain(task["state"]),
                   number(task["stack_end"]) == 0
                       ? ""
                       : plain(task["stack"]).substr(2) + "-" + plain(task["stack_end"]).substr(2),
                   plain(task["comm"])});
    std::string result = table.text();
    for (Json const& queue : document["queues"])
        result += fmt::format("CPU {}: {} running, {} waiting\n", plain(queue["cpu"]),
                              plain(queue["nr_running"]), queue["queue"].size());
    return result + damage_text(document["damage"]);
}

} // namespace

Command const kTasks = {
    "tasks",
    Group::Kernel,
    "threads, their states and stacks, and the run queues",
    kHelpText,
    R"({"tasks": [{"address": "hex", "pid": "number", "comm": "string", "state": "string",
    "cpu": "number", "runs": "bool", "queued": "bool", "stack": "hex", "stack_end": "hex",
    "sp": "hex"}],
    "queues": [{"cpu": "number", "nr_running": "number", "curr": "hex", "idle": "hex",
                "queue": ["hex"]}],
    "damage": [{"what": "string", "where": "hex", "expected": "hex", "found": "hex"}]})",
    declare,
    text};

} // namespace pagelab::shell
