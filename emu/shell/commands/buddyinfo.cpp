// buddyinfo: /proc/buddyinfo, computed from the free lists in raw memory.
#include "emu/guest/buddyinfo.hpp"

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(Free blocks of each order, as the kernel's own file has them:

  Node 0, zone   Normal    3    0    1  ...   2^0, 2^1, 2^2 ... pages

EXAMPLES
  buddyinfo
  buddyinfo | grep DMA32
)";

Result<Json> read(Session& session)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    guest::BuddyReport const report = TRY(guest::read_buddy(*kernel));
    return Json{{"text", guest::format_buddyinfo(report, guest::BuddySource::Lists)}};
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

Command const kBuddyinfo = {
    "buddyinfo", Group::Kernel,           "/proc/buddyinfo, computed by the host",
    kHelpText,   R"({"text": "string"})", declare,
    text};

} // namespace pagelab::shell
