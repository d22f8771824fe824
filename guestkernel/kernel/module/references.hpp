// Who keeps a module from being removed: users counted by refcnt, other modules also by name.
//
// Source: Linux 6.1 kernel/module/main.c (MODULE_REF_BASE, add_module_usage, module_unload_free).
#pragma once

#include "guestkernel/kernel/module/module.hpp"

namespace pagelab::kernel {

inline constexpr int kModuleRefBase = 1; // the module's own; 0: it is going

struct module_use {
    lib::list_head source_list; // in the used module's source_list
    lib::list_head target_list; // in the using module's target_list
    module* source;             // uses
    module* target;             // is used
};

void module_unload_init(module& m);

// `user` uses `used` from here on, once however often it is called. 0, -EBUSY for one that is not
// live, or -ENOMEM.
int ref_module(module& user, module& used);

// The module no longer uses any.
void module_unload_free(module& m);

// For whoever may enter a module at any time; false: it is going away. Null is the kernel.
bool try_module_get(module* m);
void module_put(module* m);
int module_refcount(module const& m); // -1: it is going away

// Gives up the module's own reference unless there are others; whether it did.
bool try_release_module_ref(module& m);

} // namespace pagelab::kernel
