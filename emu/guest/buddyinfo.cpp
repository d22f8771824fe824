// One line per populated zone; the trailing blank is Linux' own.
#include "emu/guest/buddyinfo.hpp"

#include <fmt/format.h>

namespace pagelab::guest {

std::string format_buddyinfo(BuddyReport const& report, BuddySource source)
{
    std::string text;
    for (auto const& buddy : report.zones) {
        if (buddy.zone.present == 0)
            continue;
        text += fmt::format("Node 0, zone {:>8} ", buddy.zone.name);
        auto const counts =
            source == BuddySource::Lists ? buddy.listed_counts() : buddy.scanned_counts();
        for (auto const count : counts)
            text += fmt::format("{:6} ", count);
        text += '\n';
    }
    return text;
}

} // namespace pagelab::guest
