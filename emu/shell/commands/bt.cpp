// bt: the stack of the selected CPU, or of a thread that sleeps.
#include "emu/guest/tasks.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/frames.hpp"
#include "emu/shell/session.hpp"
#include "emu/shell/text_table.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(Who called whom, the innermost first:

  #0  0xffffffff81001234 schedule+0x14 at guestkernel/kernel/sched/core.cpp:120
  #1                     wait (inlined) at ...       compiled into its caller
  #1  0xffffffff81002345 kthread+0x40 at ...
      '- where it will return to

Callers come from the call frame information of the kernel's image, across traps from the pt_regs
on the stack, else from frame pointers. --all-words shows all of the stack's words that may be code
addresses, most of them leftovers, with a ?, as Linux does.

EXAMPLES
  bt
  bt 2              the thread with pid 2
  bt --all-words | head -20
  frame 1           then `locals` and `print` know its variables, of the stack shown last
)";

struct Options {
    int pid = 0;
    bool has_pid = false;
    bool all_words = false;
};

constexpr uint64_t kMaxWords = 4096;

Result<guest::Task> find_task(guest::KernelView const& kernel, int pid)
{
    for (guest::Task& task : TRY(guest::read_tasks(kernel)).tasks)
        if (task.pid == pid)
            return std::move(task);
    return fail("no thread with pid {}", pid);
}

// What may be return addresses, from the stack pointer to the end of its page run.
Json stack_words(Session& session, guest::KernelView const& kernel, uint64_t sp)
{
    Json words = Json::array();
    unsigned const word = kernel.types().pointer_size();
    for (uint64_t i = 0; i < kMaxWords; ++i) {
        VirtAddr const at = kernel.advance(VirtAddr(sp), i * word);
        auto const value = kernel.read_pointer(at);
        if (!value || !session.progress().step(i, kMaxWords))
            break;
        if (is_text(session, value->value))
            words.push_back({{"at", hex(at)},
                             {"value", hex(*value)},
                             {"symbol", session.symbol_at(value->value)}});
    }
    return words;
}

Result<Json> read(Session& session, Options const& options)
{
    guest::KernelView const& kernel = *TRY(session.target().kernel());
    Json document = Json::object();
    if (options.has_pid) {
        guest::Task const task = TRY(find_task(kernel, options.pid));
        if (task.on_cpu)
            return fail("{}/{} runs on CPU {}: bt without a pid shows it there", task.comm,
                        options.pid, task.cpu);
        document["task"] = {
            {"pid", options.pid}, {"comm", task.comm}, {"address", hex(task.address)}};
        session.select_stack(task.sp.value);
    } else {
        document["cpu"] = session.target().selected_cpu();
        session.select_stack(std::nullopt);
    }
    Frames const frames = TRY(stack_frames(session));
    document["frames"] = Json::array();
    for (size_t i = 0; i < frames.size(); ++i)
        document["frames"].push_back(TRY(frame_json(session, frames[i], i)));
    if (options.all_words)
        document["words"] = stack_words(session, kernel, number(document["frames"][0]["sp"]));
    return document;
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    CLI::Option const* const pid =
        arguments.add_option("PID", options->pid, "a thread that does not run");
    arguments.add_flag("--all-words", options->all_words,
                       "every word of the stack that may be a code address");
    return [options, pid](Session& session) {
        options->has_pid = pid->count() != 0;
        return read(session, *options);
    };
}

std::string text(Json const& document)
{
    std::string result;
    if (document.contains("task"))
        result = fmt::format("{}/{}, task_struct {}\n", plain(document["task"]["comm"]),
                             plain(document["task"]["pid"]), plain(document["task"]["address"]));
    for (Json const& frame : document["frames"])
        result += frame_text(frame);
    if (!document.contains("words"))
        return result;
    TextTable table({{""}, {""}, {""}});
    for (Json const& word : document["words"])
        table.row({plain(word["at"]) + ":", plain(word["value"]), "? " + plain(word["symbol"])});
    return result + table.text();
}

} // namespace

Command const kBt = {"bt",
                     Group::Execution,
                     "the stack of the selected CPU, or of a sleeping thread",
                     kHelpText,
                     R"({"cpu": "number?", "task": "any?", "frames": [{"number": "number",
    "pc": "hex", "symbol": "string", "sp": "hex", "found_by": "string",
    "functions": [{"name": "string", "file": "string?", "line": "number?"}]}],
    "words": "any?"})",
                     declare,
                     text};

} // namespace pagelab::shell
