// iomem: /proc/iomem, computed from the resource tree in raw memory.
#include "emu/guest/iomem.hpp"

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/proc_file.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Who has which physical addresses, as the kernel's own file has it: two blanks per level.

  resource -> child -> sibling -> ...

EXAMPLES
  iomem
  iomem > before
  guest 'stress 1000 1'
  iomem | diff before -
)";

Result<std::string> compute(guest::KernelView const& kernel)
{
    return guest::format_iomem(TRY(guest::read_iomem(kernel)));
}

} // namespace

Command const kIomem = proc_file<compute>("iomem", "/proc/iomem, computed by the host", kHelpText);

} // namespace pagelab::shell
