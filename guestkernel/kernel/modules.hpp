// Loaded modules, as /proc/modules lists them.
//
//   name size references users state address (taints)
//
// Source: Linux 6.1 kernel/module/procfs.c (m_show, print_unload_info).
#pragma once

#include "guestkernel/lib/seq_file.hpp"

namespace pagelab::kernel {

struct module_line {
    char const* name;
    unsigned size; // bytes of memory it takes
    int references;
    char const* users; // the modules that use it, as "a,b,"; empty: none
    char const* state; // "Live", "Loading" or "Unloading"
    void const* address;
    char const* taints; // as "OE"; empty: none
};

void show_module(lib::seq_file& m, module_line const& line);

// Of all modules: today there are none.
void show_modules(lib::seq_file& m);

} // namespace pagelab::kernel
