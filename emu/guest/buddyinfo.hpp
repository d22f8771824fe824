// The host's numbers in the guest's words: /proc/buddyinfo's text from a BuddyReport.
//
// Source: Linux 6.1 mm/vmstat.c, frag_show_print: "Node %d, zone %8s ", then "%6lu " per order;
// zones without memory are left out.
#pragma once

#include <string>

#include "emu/guest/buddy.hpp"

namespace pagelab::guest {

enum class BuddySource { Lists, Scan };

std::string format_buddyinfo(BuddyReport const& report, BuddySource source);

} // namespace pagelab::guest
