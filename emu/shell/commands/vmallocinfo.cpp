// vmallocinfo: /proc/vmallocinfo, computed from the areas in raw memory.
#include "emu/guest/vmap.hpp"

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(Areas of the vmalloc window, as the kernel's own file has them:

  0xstart-0xend  bytes  caller+offset/size pages=N phys=... kind

EXAMPLES
  vmallocinfo
  vmallocinfo > before; guest 'stress 1000 1'; vmallocinfo | diff before -
)";

Result<Json> read(Session& session)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    guest::VmapReport const report = TRY(guest::read_vmap(*kernel));
    guest::Kallsyms const symbols = TRY(guest::Kallsyms::read(*kernel));
    return Json{{"text", TRY(guest::format_vmallocinfo(*kernel, report, symbols))}};
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

Command const kVmallocinfo = {
    "vmallocinfo", Group::Kernel,           "/proc/vmallocinfo, computed by the host",
    kHelpText,     R"({"text": "string"})", declare,
    text};

} // namespace pagelab::shell
