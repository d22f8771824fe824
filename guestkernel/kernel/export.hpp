// EXPORT_SYMBOL: the functions and variables of the kernel that modules may link against.
//
//   EXPORT_SYMBOL(kfree);            behind the definition, at namespace scope; C names only
//   EXPORT_SYMBOL_GPL(kthread_stop)  for modules whose license is compatible with the GPL
//
// Each makes a kernel_symbol in a section of its own, ___ksymtab+NAME or ___ksymtab_gpl+NAME. The
// linker sorts them by name into two tables, __ksymtab and __ksymtab_gpl, so that a look-up halves.
//
// Source: Linux 6.1 include/linux/export.h, include/asm-generic/vmlinux.lds.h (KSYMTAB).
#pragma once

namespace pagelab::kernel {

struct kernel_symbol {
    unsigned long value;
    char const* name;
};

// Of the kernel's symbols; null: not exported.
kernel_symbol const* find_kernel_symbol(char const* name);
kernel_symbol const* find_kernel_symbol_gpl(char const* name);

} // namespace pagelab::kernel

#define EXPORT_SYMBOL_IN(table, symbol)                                                            \
    extern "C" [[gnu::used, gnu::section(table "+" #symbol)]] pagelab::kernel::kernel_symbol const \
        __ksymtab_##symbol = {reinterpret_cast<unsigned long>(&symbol), #symbol}

#define EXPORT_SYMBOL(symbol) EXPORT_SYMBOL_IN("___ksymtab", symbol)
#define EXPORT_SYMBOL_GPL(symbol) EXPORT_SYMBOL_IN("___ksymtab_gpl", symbol)
