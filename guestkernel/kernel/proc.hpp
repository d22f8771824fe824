// The files of /proc: each is a name and the function that writes it.
#pragma once

#include "guestkernel/lib/seq_file.hpp"

namespace pagelab::kernel {

struct proc_file {
    char const* name; // below /proc/
    void (*show)(lib::seq_file& m);
    bool (*is_there)() = nullptr; // null: always
};

inline bool proc_file_exists(proc_file const& file)
{
    return file.is_there == nullptr || file.is_there();
}

// In alphabetical order; also those that are not there.
extern proc_file const proc_files[];
extern unsigned const nr_proc_files;

// The file of a path like "/proc/meminfo", or null.
proc_file const* find_proc_file(char const* path);

// What /proc/cmdline shows; kept by reference.
void set_command_line(char const* text);

// "pagelab version ...": /proc/version and the first line of the log.
extern char const kVersion[];

} // namespace pagelab::kernel
