// restore: back to a moment that was saved, from where things may go otherwise.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/time_travel.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(All of the machine is as it was when `save NAME` was said; breakpoints and watchpoints
stay as they are now. What follows is open: the guest gets what is typed from here on. With the same
input it is the same run, to the instruction.

EXAMPLES
  restore booted
  goto 20000000          where the same future is wanted: see `record`
)";

Result<Json> read(Session& session, std::string const& name)
{
    machine::Machine* const machine = TRY(session.machine());
    machine::Timeline* const timeline = TRY(session.timeline());
    auto const saved = session.saved().find(name);
    if (saved == session.saved().end())
        return fail("nothing was saved as '{}' (try: snapshots)", name);
    TRY(timeline->go_back(saved->second));
    timeline->forget_future();
    Runner* const runner = TRY(session.runner());
    runner->moved(runner->recorder().is_awaited());
    TRY(arrive(session));
    uint64_t const rip = machine->engine().state().linear_rip();
    Json document = {{"name", name},
                     {"instructions", machine->engine().instructions()},
                     {"time_ns", machine->now_ns()},
                     {"rip", hex(rip)}};
    if (std::string const symbol = session.symbol_at(rip); !symbol.empty())
        document["symbol"] = symbol;
    return document;
}

Reader declare(CLI::App& arguments)
{
    auto const name = std::make_shared<std::string>();
    arguments.add_option("NAME", *name, "what `save` was given")->required();
    return [name](Session& session) { return read(session, *name); };
}

std::string text(Json const& document)
{
    std::string const symbol =
        document.contains("symbol") ? fmt::format(" <{}>", plain(document["symbol"])) : "";
    return fmt::format("{}: instruction {}, {}{}\n", plain(document["name"]),
                       plain(document["instructions"]), plain(document["rip"]), symbol);
}

} // namespace

Command const kRestore = {"restore",
                          Group::Execution,
                          "go back to a saved moment",
                          kHelpText,
                          R"({"name": "string", "instructions": "number", "time_ns": "number",
    "rip": "hex", "symbol": "string?"})",
                          declare,
                          text,
                          Completes::Moments};

} // namespace pagelab::shell
