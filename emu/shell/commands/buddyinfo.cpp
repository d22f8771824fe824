// buddyinfo: /proc/buddyinfo, computed from the free lists in raw memory.
#include "emu/guest/buddyinfo.hpp"

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/proc_file.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(Free blocks of each order, as the kernel's own file has them:

  Node 0, zone   Normal    3    0    1  ...   2^0, 2^1, 2^2 ... pages

EXAMPLES
  buddyinfo
  buddyinfo | grep DMA32
)";

Result<std::string> compute(guest::KernelView const& kernel)
{
    guest::BuddyReport const report = TRY(guest::read_buddy(kernel));
    return guest::format_buddyinfo(report, guest::BuddySource::Lists);
}

} // namespace

Command const kBuddyinfo =
    proc_file<compute>("buddyinfo", "/proc/buddyinfo, computed by the host", kHelpText);

} // namespace pagelab::shell
