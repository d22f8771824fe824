// What `ls` prints of a folder: one entry a line, with `ls -l` as busybox prints it.
//
// Everything is root's, empty and of no date.
#pragma once

#include <stddef.h>

namespace pagelab::kernel {

enum class listing { names, details };
void set_listing(listing style); // of what follows

enum class entry_kind { file, folder, link };

void list_entry(entry_kind kind, char const* name);
void list_entry(entry_kind kind, char const* name, size_t length);
void list_link(char const* name, char const* target);

} // namespace pagelab::kernel
