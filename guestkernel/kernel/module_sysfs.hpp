// /sys/module: what can be read of the modules, and their parameters, which can also be written.
//
//   NAME/{coresize,initsize,initstate,refcnt,taint}
//   NAME/parameters/PARAMETER    those with a mode; writing sets it as insmod would
//   NAME/sections/SECTION        its address
//   NAME/holders/                the modules that use it
//
// A path is looked up anew each time; nothing is kept. Source: Linux 6.1 kernel/module/sysfs.c,
// kernel/params.c (module_param_sysfs_setup), Documentation/ABI/testing/sysfs-module.
#pragma once

namespace pagelab::kernel {

// On the console. False: there is no such file, or folder.
bool cat_module_file(char const* path);
bool list_module_folder(char const* path);

// 0, or a negative errno: -ENOENT, -EACCES, or what the parameter's type says of the value.
int write_module_file(char const* path, char const* text);

} // namespace pagelab::kernel
