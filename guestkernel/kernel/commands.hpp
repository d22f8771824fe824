// The console's commands: one table, and the loop that reads and runs them.
//
// A command gets its words, argv[0] being its name; it complains on the console, in one line that
// starts with its name, and has no status.
#pragma once

namespace pagelab::kernel {

using command_function = void (*)(int argc, char const* const* argv);

struct command {
    char const* name;
    char const* usage; // arguments and what it does, for "help"
    command_function run;
};

// dmesg_command.cpp
void run_dmesg(int argc, char const* const* argv);

// file_commands.cpp
void run_cat(int argc, char const* const* argv);
void run_echo(int argc, char const* const* argv);
void run_hexdump(int argc, char const* const* argv);
void run_ls(int argc, char const* const* argv);

// memory_commands.cpp
void run_alloc(int argc, char const* const* argv);
void run_free(int argc, char const* const* argv);
void run_stress(int argc, char const* const* argv);
void run_check(int argc, char const* const* argv);

// churn.cpp
void run_churn(int argc, char const* const* argv);

// selftest.cpp
void run_selftest(int argc, char const* const* argv);

// slab_command.cpp
void run_kmalloc(int argc, char const* const* argv);
void run_slab(int argc, char const* const* argv);

// sched/thread_commands.cpp
void run_ps(int argc, char const* const* argv);
void run_sleep(int argc, char const* const* argv);

// page_cache.cpp
void run_pagecache(int argc, char const* const* argv);

// vmalloc_commands.cpp
void run_vmalloc(int argc, char const* const* argv);
void run_vfree(int argc, char const* const* argv);
void run_kmap(int argc, char const* const* argv);
void run_kunmap(int argc, char const* const* argv);
void run_vcheck(int argc, char const* const* argv);

// fault_command.cpp
void run_fault(int argc, char const* const* argv);

// module_commands.cpp
void run_insmod(int argc, char const* const* argv);
void run_rmmod(int argc, char const* const* argv);
void run_lsmod(int argc, char const* const* argv);
void run_modinfo(int argc, char const* const* argv);

// Prompt, read, run, for ever.
[[noreturn]] void run_console();

} // namespace pagelab::kernel
