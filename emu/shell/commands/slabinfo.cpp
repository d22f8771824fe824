// slabinfo: /proc/slabinfo, computed from the caches in raw memory.
#include "emu/guest/slab.hpp"

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Caches as the kernel's own file has them, version 2.1; empty under SLOB:

  # name  <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables ... : slabdata

Objects on a CPU's list are active here, as in Linux; slab tells them apart.

EXAMPLES
  slabinfo
  slabinfo > before; guest 'stress 1000 1'; slabinfo | diff before -
)";

Result<Json> read(Session& session)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    guest::SlabReport const report = TRY(guest::read_slabs(*kernel));
    return Json{{"text", guest::format_slabinfo(report)}};
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

Command const kSlabinfo = {
    "slabinfo", Group::Kernel,           "/proc/slabinfo, computed by the host",
    kHelpText,  R"({"text": "string"})", declare,
    text};

} // namespace pagelab::shell
