// The kernel's log: a ring of lines with time and level, of which the console shows the important.
//
//   printk(log_level::info, "Memory: %luK\n", kib);      whole lines
//
// Lines of one call share a time stamp. A line is kept as "<6>[    0.000000] text". When the ring
// is full the oldest lines go. Levels and the loglevel and quiet options are Linux'
// (include/linux/kern_levels.h, Documentation/admin-guide/kernel-parameters.txt).
#pragma once

#include <stdarg.h>

#include "guestkernel/lib/log_level.hpp"
#include "guestkernel/lib/seq_file.hpp"

namespace pagelab::kernel {

using lib::log_level;

[[gnu::format(printf, 2, 3)]] void printk(log_level level, char const* format, ...);
void vprintk(log_level level, char const* format, va_list arguments);

// Lines of a level below `level` go to the console, too. 7 (all but debug) at first; 4 is "quiet".
void set_console_loglevel(unsigned level);

enum class log_style { plain, raw }; // without or with the <level>

void show_log(lib::seq_file& m, log_style style);

} // namespace pagelab::kernel
