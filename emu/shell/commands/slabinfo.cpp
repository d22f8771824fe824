// slabinfo: /proc/slabinfo, computed from the caches in raw memory.
#include "emu/guest/slab.hpp"

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/proc_file.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Caches as the kernel's own file has them, version 2.1; empty under SLOB:

  # name  <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables ... : slabdata

Objects on a CPU's list are active here, as in Linux; slab tells them apart.

EXAMPLES
  slabinfo
  slabinfo > before
  guest 'stress 1000 1'
  slabinfo | diff before -
)";

Result<std::string> compute(guest::KernelView const& kernel)
{
    return guest::format_slabinfo(TRY(guest::read_slabs(kernel)));
}

} // namespace

Command const kSlabinfo =
    proc_file<compute>("slabinfo", "/proc/slabinfo, computed by the host", kHelpText);

} // namespace pagelab::shell
