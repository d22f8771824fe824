// The files of /sys: /sys/kernel/slab, which SLUB has, and /sys/module.
#pragma once

#include "guestkernel/lib/result.hpp"

namespace pagelab::kernel {

// Prints the file or lists the folder on the console; false if there is none of this name.
bool cat_sysfs(char const* path);
bool list_sysfs(char const* path);

// Writes to the file; an error in words.
lib::Result<> write_sysfs(char const* path, char const* text);

} // namespace pagelab::kernel
