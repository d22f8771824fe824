// The files of /sys: /sys/kernel/slab, which SLUB has, and /sys/module.
#pragma once

namespace pagelab::kernel {

// Prints the file or lists the folder on the console; false if there is none of this name.
bool cat_sysfs(char const* path);
bool list_sysfs(char const* path);

} // namespace pagelab::kernel
