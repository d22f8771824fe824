// Names of a module's functions and variables, for traces and /proc/kallsyms.
//
// Source: Linux 6.1 kernel/module/kallsyms.c.
#pragma once

#include "guestkernel/kernel/module/load_info.hpp"
#include "guestkernel/kernel/module/module.hpp"
#include "guestkernel/lib/seq_file.hpp"

namespace pagelab::kernel {

// Copies the names out of the file, after its symbols have become addresses. 0 or -ENOMEM.
int add_kallsyms(module& m, load_info<native_elf> const& info);
// Forgets the names of the init piece, which is about to go.
void drop_init_kallsyms(module& m);

struct named_address {
    char const* name; // null: in no function of the module
    uintptr_t start;
    uintptr_t size; // up to the next name, or to the text's end
};
named_address find_module_symbol(module const& m, uintptr_t address);

void show_module_kallsyms(lib::seq_file& m);

} // namespace pagelab::kernel
