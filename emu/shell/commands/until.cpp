// until: runs to an address.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/run_to.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(The current CPU must get there; a point of the user's stops it before.

EXAMPLES
  until schedule
  until 0xffffffff81001234
)";

Reader declare(CLI::App& arguments)
{
    auto const address = std::make_shared<std::string>();
    arguments.add_option("ADDR", *address, "virtual address, symbol or expression")->required();
    return [address](Session& session) -> Result<Json> {
        return run_to(session, {.address = TRY(session.evaluate(*address))});
    };
}

} // namespace

Command const kUntil = {"until",   Group::Execution,  "let the machine run to an address",
                        kHelpText, kStopShape,        declare,
                        stop_text, Completes::Symbols};

} // namespace pagelab::shell
