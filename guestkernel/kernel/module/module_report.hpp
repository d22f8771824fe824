// The modules in words: /proc/modules, and the line of an oops.
//
// Source: Linux 6.1 kernel/module/procfs.c (m_show, print_unload_info), kernel/module/main.c
// (module_flags, print_modules).
#pragma once

#include "guestkernel/kernel/module/module.hpp"
#include "guestkernel/lib/seq_file.hpp"

namespace pagelab::kernel {

// /proc/modules: name, bytes, references, users as "a,b," or "-", state, address (taints).
void show_modules(lib::seq_file& m);

inline constexpr size_t kModuleFlagsSize = 16;

enum class flags_style { taints, taints_and_state };

// "(OE+)": letters of taints, '+' while it comes, '-' while it goes; empty: none of these.
char const* module_flags(module const& m, flags_style style, char* buffer);

// "Modules linked in: a(O) b(O+) [last unloaded: c]", one line of the log.
void print_modules();
void remember_unloaded(module const& m);

} // namespace pagelab::kernel
