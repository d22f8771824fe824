// The files of /proc: each is a name and the functions that make, give or take its contents.
//
// Most are text, written anew whenever they are read. A binary file is read by offset, a piece at a
// time. Some can be written to, by `echo TEXT > FILE`.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/lib/result.hpp"
#include "guestkernel/lib/seq_file.hpp"

namespace pagelab::kernel {

struct proc_file {
    char const* name;                         // below /proc/, as "sys/vm/drop_caches"
    void (*show)(lib::seq_file& m) = nullptr; // null: not text
    bool (*is_there)() = nullptr;             // null: always

    // Stores up to `size` bytes from `offset` on; how many: 0 at the end. Null: not binary.
    lib::Result<size_t> (*read)(uint64_t offset, void* buffer, size_t size) = nullptr;
    // One line without its end. Null: read-only.
    lib::Result<> (*write)(char const* text) = nullptr;
};

inline bool proc_file_exists(proc_file const& file)
{
    return file.is_there == nullptr || file.is_there();
}

// The file of a path like "/proc/meminfo", or null.
proc_file const* find_proc_file(char const* path);

// What follows /proc in a path, without its '/'; null for other paths.
char const* below_proc(char const* path);

// Prints the names in a folder, /proc or one below it; false if it is none.
bool list_proc(char const* path);

// What /proc/cmdline shows; kept by reference.
void set_command_line(char const* text);
char const* saved_command_line();

// "0.1"; "pagelab version 0.1 ...": /proc/version and the first line of the log.
extern char const kRelease[];
extern char const kVersion[];

} // namespace pagelab::kernel
