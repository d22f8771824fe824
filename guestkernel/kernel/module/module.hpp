// struct module: what a .ko carries as __this_module, and what the kernel makes of it.
//
// A module's file holds one, zero but for name, init and exit, in the section
// .gnu.linkonce.this_module; it must have this very size. Once loaded, that copy is the module:
// it lies in the module's own memory, and THIS_MODULE points to it. Everything below `exit` is the
// loader's. Sizes are in bytes.
//
// Source: Linux 6.1 include/linux/module.h (struct module, struct module_layout),
// scripts/mod/modpost.c (add_header).
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/kernel/export.hpp"
#include "guestkernel/lib/list.hpp"

namespace pagelab::arch {
struct exception_table_entry;
} // namespace pagelab::arch

namespace pagelab::lib {
struct bug_entry;
} // namespace pagelab::lib

namespace pagelab::kernel {

struct kernel_param;

inline constexpr size_t kModuleNameLength = 64 - sizeof(unsigned long); // MODULE_NAME_LEN
inline constexpr size_t kModuleWords = 64;                              // of struct module
inline constexpr size_t kModuleSize = kModuleWords * sizeof(unsigned long);

enum module_state : int {
    MODULE_STATE_LIVE,
    MODULE_STATE_COMING, // all there, its init runs
    MODULE_STATE_GOING,
    MODULE_STATE_UNFORMED, // still being put together
};

// One of the two pieces of memory: the core, and what is given back after init. Text comes first,
// then read-only data, data that is read-only after init, and data; each part ends at a page.
struct module_layout {
    char* base;
    unsigned size;
    unsigned text_size;
    unsigned ro_size;            // text included
    unsigned ro_after_init_size; // all before included
};

struct module_symbol {
    uintptr_t value;
    unsigned name; // offset into the strings
    char type;     // nm's letter
};

struct module_kallsyms {
    module_symbol* symbols; // by address
    unsigned count;
    char const* strings; // in one allocation with the symbols
};

struct module_section {
    char const* name;
    uintptr_t address;
};

struct module {
    module_state state;
    lib::list_head list; // in `modules`
    char name[kModuleNameLength];
    int (*init)();
    void (*exit)();

    module_layout core_layout;
    module_layout init_layout;  // size 0 once init is over
    unsigned long taints;       // by taint_flag
    int refcnt;                 // kModuleRefBase more than there are users
    lib::list_head source_list; // module_use of those that use us
    lib::list_head target_list; // module_use of those we use
    kernel_symbol const* syms;
    kernel_symbol const* gpl_syms;
    unsigned num_syms, num_gpl_syms;
    kernel_param* kp;
    unsigned num_kp;
    unsigned num_bugs;
    lib::bug_entry* bug_table;
    unsigned num_exentries;
    arch::exception_table_entry const* extable;
    char* args;   // as insmod gave them; parameters of type charp point into it
    void* percpu; // its static per-CPU variables
    unsigned percpu_size;
    unsigned nr_sections;
    module_section* sections; // those in memory, for /sys/module/NAME/sections
    module_kallsyms kallsyms;
};
static_assert(offsetof(module, list) == sizeof(void*));
static_assert(offsetof(module, name) == 3 * sizeof(void*));
static_assert(offsetof(module, init) == 3 * sizeof(void*) + kModuleNameLength);
static_assert(offsetof(module, exit) == offsetof(module, init) + sizeof(void*));
static_assert(sizeof(module) <= kModuleSize);

} // namespace pagelab::kernel
