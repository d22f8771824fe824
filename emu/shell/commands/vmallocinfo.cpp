// vmallocinfo: /proc/vmallocinfo, computed from the areas in raw memory.
#include "emu/guest/vmap.hpp"

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/proc_file.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(Areas of the vmalloc window, as the kernel's own file has them:

  0xstart-0xend  bytes  caller+offset/size pages=N phys=... kind

EXAMPLES
  vmallocinfo
  vmallocinfo > before
  guest 'stress 1000 1'
  vmallocinfo | diff before -
)";

Result<std::string> compute(guest::KernelView const& kernel)
{
    guest::VmapReport const report = TRY(guest::read_vmap(kernel));
    return guest::format_vmallocinfo(kernel, report, TRY(guest::Kallsyms::read(kernel)));
}

} // namespace

Command const kVmallocinfo =
    proc_file<compute>("vmallocinfo", "/proc/vmallocinfo, computed by the host", kHelpText);

} // namespace pagelab::shell
