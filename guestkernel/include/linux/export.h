// EXPORT_SYMBOL: what other modules may link against.
//
// Source: Linux 6.1 include/linux/export.h. The entry is a struct kernel_symbol in a section of
// its own, ___ksymtab+NAME; the last link of a module gathers them in __ksymtab.
#pragma once

#include <linux/compiler.h>
#include <linux/stringify.h>

struct module;

struct kernel_symbol {
    unsigned long value;
    char const* name;
};

#ifdef MODULE
__BEGIN_DECLS
extern struct module __this_module;
__END_DECLS
#define THIS_MODULE (&__this_module)
#else
#define THIS_MODULE ((struct module*)0)
#endif

#define __EXPORT_SYMBOL(symbol, table)                                                             \
    static const struct kernel_symbol __ksymtab_##symbol __used __section(table "+" #symbol) = {   \
        (unsigned long)&symbol, #symbol}
#define EXPORT_SYMBOL(symbol) __EXPORT_SYMBOL(symbol, "___ksymtab")
#define EXPORT_SYMBOL_GPL(symbol) __EXPORT_SYMBOL(symbol, "___ksymtab_gpl")
