// The steps that make a struct module of a file that has been read; load_module() is their order.
//
// Each returns 0 or a negative errno. What they have taken hangs from the module, and free_module()
// gives it back.
#pragma once

#include "guestkernel/kernel/module/load_info.hpp"
#include "guestkernel/kernel/module/module.hpp"

namespace pagelab::kernel {

// modinfo_check.cpp: version magic and license; what the kernel is tainted with.
int check_modinfo(load_info<native_elf> const& info, unsigned long* taints);

// Memory for both pieces, zeroed, with the sections in it; among them the module itself.
int layout_and_allocate(load_info<native_elf>& info, module** m);

// Puts it on the list. -EEXIST: there is one of this name.
int add_unformed_module(module& m);

int percpu_modalloc(module& m, load_info<native_elf>& info);
void percpu_modcopy(module const& m, load_info<native_elf> const& info);

int resolve_symbols(module& m, load_info<native_elf>& info);

// Exports, parameters, the bug table.
int find_module_sections(module& m, load_info<native_elf> const& info);

// section_list.cpp
int list_sections(module& m, load_info<native_elf> const& info);

} // namespace pagelab::kernel
