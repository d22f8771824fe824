// iomem: /proc/iomem, computed from the resource tree in raw memory.
#include "emu/guest/iomem.hpp"

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Who has which physical addresses, as the kernel's own file has it: two blanks per level.

  resource -> child -> sibling -> ...

EXAMPLES
  iomem
  iomem > before; guest 'stress 1000 1'; iomem | diff before -
)";

Result<Json> read(Session& session)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    guest::ResourceTree const tree = TRY(guest::read_iomem(*kernel));
    return Json{{"text", guest::format_iomem(tree)}};
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

Command const kIomem = {"iomem",   Group::Kernel,           "/proc/iomem, computed by the host",
                        kHelpText, R"({"text": "string"})", declare,
                        text};

} // namespace pagelab::shell
