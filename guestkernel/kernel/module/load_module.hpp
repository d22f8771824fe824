// Loading and removing modules: init_module(2) and delete_module(2).
//
// Both return 0 or a negative errno; what went wrong is in the log. A module that is not loaded has
// left nothing behind but a taint.
// Source: Linux 6.1 kernel/module/main.c.
#pragma once

#include <stddef.h>

#include "guestkernel/kernel/module/module.hpp"

namespace pagelab::kernel {

// `file` is changed on the way and can be freed afterwards; `args` is copied.
//   -ENOEXEC  not a module, or not one for this kernel
//   -ENOENT   it needs a symbol that nobody exports
//   -EEXIST, -EINVAL (a parameter's value), -ENOMEM, or what its init returned
int load_module(char* file, size_t size, char const* args);

//   -ENOENT, -EAGAIN: somebody uses it, -EBUSY: its init failed to end, or it has no exit
int delete_module(char const* name);

// teardown.cpp: gives back what there is of a module; it may be half made. `m` is gone then.
void free_module(module& m);

} // namespace pagelab::kernel
