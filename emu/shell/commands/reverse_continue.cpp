// reverse-continue: back to where a point was last hit.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/time_travel.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(The last hit before now of any breakpoint, watchpoint or catch whose condition held; the
machine stands there as it stood then: after the access of a watchpoint, before the instruction of
a breakpoint. Needs `record`.

EXAMPLES
  watch contig_page_data.node_zones[1].vm_stat 8
  reverse-continue
)";

Result<Json> read(Session& session)
{
    machine::Timeline& timeline = *TRY(session.timeline());
    machine::Machine& machine = *TRY(session.machine());
    if (session.points().all().empty())
        return fail("no points (try: help break)");
    if (!timeline.is_on())
        return fail("nothing is recorded (try: record)");
    auto const found = timeline.go_to_last_stop(
        timeline.begin(), machine.engine().instructions(), [&](cpu::DebugStop const& stop) {
            (void)arrive(session); // a condition is about the machine as it stands there
            return is_of_user(session, stop);
        });
    Json document = TRY(arrive(session, found && *found ? Arrival::AtStop : Arrival::AtCount));
    if (!TRY(found))
        return fail("no point was hit since instruction {}", timeline.begin());
    return document;
}

Reader declare(CLI::App&)
{
    return [](Session& session) { return read(session); };
}

} // namespace

Command const kReverseContinue = {
    "reverse-continue", Group::Execution, "go back to where a point was last hit",
    kHelpText,          kStopShape,       declare,
    stop_text};

} // namespace pagelab::shell
