// /proc/zoneinfo's text from raw memory.
//
// Counters have the names that the file gives them, in the order of the guest's enumerators; a
// guest with fewer or more of them has its own numbers of items. Source: Linux 6.1 mm/vmstat.c
// (zoneinfo_show_print, vmstat_text).
#pragma once

#include <string>

#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

Result<std::string> format_zoneinfo(KernelView const& view);

} // namespace pagelab::guest
