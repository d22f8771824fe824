// continue: lets the machine run until something stops it.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/stops.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Ends at a point (see `break`, `watch`, `catch`), at Ctrl-C, when the guest switches
itself off, and, unless a person's keys go to the guest's console meanwhile, when it waits for
someone to type. A run that was stopped is, to the instruction, the run that was not.

EXAMPLES
  continue
  continue 3             pass over the point it stands at twice
)";

Reader declare(CLI::App& arguments)
{
    auto const times = std::make_shared<uint64_t>(1);
    arguments.add_option("N", *times, "stop at the Nth hit of the point it stands at")
        ->check(CLI::PositiveNumber);
    return [times](Session& session) -> Result<Json> {
        machine::Machine* const machine = TRY(session.machine());
        if (Point* const point = session.points().of(machine->debug_stop().point))
            point->ignore = *times - 1;
        return run_machine(
            session, [](machine::Machine& it) { return it.run(); }, Runner::Waiting::Ends);
    };
}

} // namespace

Command const kContinue = {
    "continue", Group::Execution, "let the machine run", kHelpText, kStopShape, declare, stop_text};

} // namespace pagelab::shell
