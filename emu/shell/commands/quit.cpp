// quit: leaves the shell.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

Reader declare(CLI::App&)
{
    return [](Session& session) -> Result<Json> {
        session.end();
        return Json::object();
    };
}

std::string text(Json const&)
{
    return "";
}

} // namespace

Command const kQuit = {"quit",
                       Group::Shell,
                       "leave the shell; the machine is switched off",
                       "EXAMPLES\n  quit\n",
                       "{}",
                       declare,
                       text};

} // namespace pagelab::shell
