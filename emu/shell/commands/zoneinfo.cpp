// zoneinfo: /proc/zoneinfo, computed from the zones in raw memory.
#include "emu/guest/zoneinfo.hpp"

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Zones with all counters and the pages their CPUs keep, as the kernel's own file has them.
The node's counters stand with its first populated zone.

EXAMPLES
  zoneinfo
  zoneinfo > before; guest 'stress 1000 1'; zoneinfo | diff before -
)";

Result<Json> read(Session& session)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    return Json{{"text", TRY(guest::format_zoneinfo(*kernel))}};
}

Reader declare(CLI::App&)
{
    return [](Session& session) { return read(session); };
}

std::string text(Json const& document)
{
    return plain(document["text"]);
}

} // namespace

Command const kZoneinfo = {
    "zoneinfo", Group::Kernel,           "/proc/zoneinfo, computed by the host",
    kHelpText,  R"({"text": "string"})", declare,
    text};

} // namespace pagelab::shell
