// The kernel's log: a ring of lines with time and level, of which the console shows the important.
//
//   printk(log_level::info, "Memory: %luK\n", kib);      whole lines
//
// Lines of one call share a time stamp. A line is kept as "<6>[    0.000000] text". When the ring
// is full the oldest lines go. Text from modules says its level itself, in its first two bytes
// ("\0016"; none: warning), and may leave its line open for a continuation ("\001c"); an open line
// is nobody's to see until it is closed, by its end or by the next text that is no continuation.
//
// What %p and its families print is in lib/pointer_format.hpp; %p is hashed unless no_hash_pointers
// or slub_debug is on the command line. Levels and the loglevel and quiet options are Linux'.
// Source: Linux 6.1 include/linux/kern_levels.h, kernel/printk/printk.c (vprintk_store),
// Documentation/admin-guide/kernel-parameters.txt.
#pragma once

#include <stdarg.h>

#include "guestkernel/lib/log_level.hpp"
#include "guestkernel/lib/seq_file.hpp"

namespace pagelab::kernel {

using lib::log_level;

[[gnu::format(printf, 2, 3)]] void printk(log_level level, char const* format, ...);
void vprintk(log_level level, char const* format, va_list arguments);

// Of modules: the formatted text begins with its level, or with none.
void vprintk_emit(char const* format, va_list arguments);

// Lines of a level below `level` go to the console, too. 7 (all but debug) at first; 4 is "quiet".
unsigned set_console_loglevel(unsigned level); // the one before

enum class log_style { plain, raw }; // without or with the <level>

// From the last clear_log() on.
void show_log(lib::seq_file& m, log_style style);
void clear_log();

} // namespace pagelab::kernel
