// From the machine's outcome and stop to a document.
#include "emu/shell/stops.hpp"

#include "guestkernel/abi/x86/vectors.hpp"

namespace pagelab::shell {

namespace {

using cpu::DebugStop;
using machine::Outcome;

char const* name(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Exit:
        return "exit";
    case Outcome::Halted:
        return "halted for good";
    case Outcome::Reset:
        return "reset";
    case Outcome::TripleFault:
        return "triple fault";
    case Outcome::Failure:
        return "failure";
    case Outcome::Interrupted:
        return "waits for input";
    case Outcome::Stopped:
        return "stopped";
    }
    return "?";
}

char const* name(DebugStop::Reason reason)
{
    switch (reason) {
    case DebugStop::Reason::Count:
        return "step";
    case DebugStop::Reason::Requested:
        return "interrupt";
    case DebugStop::Reason::Breakpoint:
        return "breakpoint";
    case DebugStop::Reason::Watchpoint:
        return "watchpoint";
    case DebugStop::Reason::Exception:
        return "exception";
    case DebugStop::Reason::Interrupt:
        return "external interrupt";
    case DebugStop::Reason::Port:
        return "port";
    case DebugStop::Reason::Control:
        return "control register";
    }
    return "?";
}

bool has_access(DebugStop const& stop)
{
    return stop.reason == DebugStop::Reason::Watchpoint || stop.reason == DebugStop::Reason::Port ||
           stop.reason == DebugStop::Reason::Control;
}

bool has_vector(DebugStop const& stop)
{
    return stop.reason == DebugStop::Reason::Exception ||
           stop.reason == DebugStop::Reason::Interrupt;
}

Json access_of(Session& session, DebugStop const& stop)
{
    Json access = {{"operation", stop.operation == mmu::Operation::Write ? "write" : "read"},
                   {"address", hex(stop.address)},
                   {"physical", hex(stop.physical)},
                   {"size", stop.size}};
    if (stop.before)
        access["before"] = hex(*stop.before);
    if (stop.after)
        access["after"] = hex(*stop.after);
    if (stop.reason == DebugStop::Reason::Watchpoint)
        if (std::string const context = session.identity(stop.address); !context.empty())
            access["context"] = context;
    return access;
}

} // namespace

Json stop_document(Session& session, Outcome outcome, DebugStop const& stop)
{
    machine::Machine& machine = *session.target().machine();
    uint64_t const rip = machine.engine().state().linear_rip();
    Json document = {{"outcome", name(outcome)}, {"cpu", machine.current_cpu()}};
    if (outcome == Outcome::Exit)
        document["status"] = machine.exit_status();
    document["rip"] = hex(rip);
    if (std::string const symbol = session.symbol_at(rip); !symbol.empty())
        document["symbol"] = symbol;
    if (auto const code = session.target().code())
        if (auto const line = (*code)->line(rip))
            document["line"] = fmt::format("{}:{}", line->file, line->line);
    document["instructions"] = machine.engine().instructions();
    if (outcome != Outcome::Stopped)
        return document;
    document["reason"] = name(stop.reason);
    document["cpu"] = stop.cpu;
    if (Point const* const point = session.points().of(stop.point)) {
        document["point"] = point->number;
        document["what"] = point->text;
    }
    if (stop.instruction != rip)
        document["instruction"] = hex(stop.instruction);
    if (has_access(stop))
        document["access"] = access_of(session, stop);
    if (has_vector(stop)) {
        document["vector"] = stop.vector;
        document["error_code"] = hex(stop.error_code);
    }
    return document;
}

namespace {

// One that cannot be judged is true.
bool condition_holds(Session& session, Point const& point)
{
    if (point.condition.empty())
        return true;
    auto const value = session.evaluate(point.condition);
    return !value || *value != 0;
}

// Whether the user wants to know of this stop.
bool is_wanted(Session& session, DebugStop const& stop)
{
    Point* const point = session.points().of(stop.point);
    if (point == nullptr)
        return true;
    if (!condition_holds(session, *point))
        return false;
    ++point->hits;
    if (point->ignore == 0)
        return true;
    --point->ignore;
    return false;
}

} // namespace

bool is_of_user(Session& session, DebugStop const& stop)
{
    Point const* const point = session.points().of(stop.point);
    return point != nullptr && condition_holds(session, *point);
}

Result<Json> run_machine(Session& session, Runner::Advance const& advance, Runner::Waiting waiting)
{
    Runner* const runner = TRY(session.runner());
    return run_machine(session, [&] { return runner->run(advance, waiting); });
}

Result<Json> run_machine(Session& session, std::function<Result<Outcome>()> const& run)
{
    machine::Machine* const machine = TRY(session.machine());
    Outcome outcome = Outcome::Stopped;
    do {
        outcome = TRY(run());
        TRY(session.target().select_cpu(machine->current_cpu()));
    } while (outcome == Outcome::Stopped && !is_wanted(session, machine->debug_stop()));
    Json document = stop_document(session, outcome, machine->debug_stop());
    if (outcome == Outcome::Stopped)
        if (Point const* const point = session.points().of(machine->debug_stop().point);
            point != nullptr && point->temporary)
            TRY(session.points().remove(*machine, point->number));
    if (outcome == Outcome::Failure)
        return fail("{}", machine->engine().failure());
    return document;
}

namespace {

std::string access_text(Json const& access)
{
    std::string text =
        fmt::format("{} of {} bytes at {} (physical {})", plain(access["operation"]),
                    plain(access["size"]), plain(access["address"]), plain(access["physical"]));
    if (access.contains("after"))
        text += fmt::format(": {} -> {}", access.contains("before") ? plain(access["before"]) : "?",
                            plain(access["after"]));
    if (access.contains("context"))
        text += "\n  " + plain(access["context"]);
    return text + "\n";
}

} // namespace

std::string stop_text(Json const& document)
{
    std::string text = plain(document["outcome"]);
    if (document.contains("reason"))
        text = plain(document["reason"]);
    if (document.contains("status"))
        text += fmt::format(" with status {}", plain(document["status"]));
    if (document.contains("point"))
        text += fmt::format(" {}, {}", plain(document["point"]), plain(document["what"]));
    if (document.contains("vector"))
        text += fmt::format(" vector {} {}, error code {}", plain(document["vector"]),
                            x86::vector_mnemonic(document["vector"].get<unsigned>()),
                            plain(document["error_code"]));
    text += "\n";
    if (document.contains("access"))
        text += access_text(document["access"]);
    text += fmt::format("cpu {}  {}", plain(document["cpu"]), plain(document["rip"]));
    if (document.contains("symbol"))
        text += fmt::format(" <{}>", plain(document["symbol"]));
    if (document.contains("line"))
        text += " " + plain(document["line"]);
    return text + "\n";
}

} // namespace pagelab::shell
