// reverse-step: back by one instruction, or several.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/time_travel.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Of all processors together, in the order in which they ran. Needs `record`.

EXAMPLES
  reverse-step
  reverse-step 1000
)";

Reader declare(CLI::App& arguments)
{
    auto const count = std::make_shared<uint64_t>(1);
    arguments.add_option("N", *count, "how many")->check(CLI::PositiveNumber);
    return [count](Session& session) -> Result<Json> {
        machine::Timeline& timeline = *TRY(session.timeline());
        uint64_t const now = TRY(session.machine())->engine().instructions();
        auto const gone = timeline.go_to(now - std::min(now, *count));
        Json document = TRY(arrive(session, Arrival::AtCount));
        TRY(gone);
        return document;
    };
}

} // namespace

Command const kReverseStep = {"reverse-step", Group::Execution, "go back one instruction, or N",
                              kHelpText,      kStopShape,       declare,
                              stop_text};

} // namespace pagelab::shell
