// The files of /sys: so far /sys/kernel/slab, which SLUB has.
#pragma once

namespace pagelab::kernel {

// Prints the file or lists the folder on the console; false if there is none of this name.
bool cat_sysfs(char const* path);
bool list_sysfs(char const* path);

} // namespace pagelab::kernel
