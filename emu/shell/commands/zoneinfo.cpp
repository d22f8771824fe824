// zoneinfo: /proc/zoneinfo, computed from the zones in raw memory.
#include "emu/guest/zoneinfo.hpp"

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/proc_file.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Zones with all counters and the pages their CPUs keep, as the kernel's own file has them.
The node's counters stand with its first populated zone.

EXAMPLES
  zoneinfo
  zoneinfo > before
  guest 'stress 1000 1'
  zoneinfo | diff before -
)";

} // namespace

Command const kZoneinfo = proc_file<guest::format_zoneinfo>(
    "zoneinfo", "/proc/zoneinfo, computed by the host", kHelpText);

} // namespace pagelab::shell
