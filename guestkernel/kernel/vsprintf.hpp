// Formatting as all of Linux' kernel has it: with symbols, flags and hashed pointers.
//
// What mm and lib format by themselves shows plain addresses; texts for the log go through here.
#pragma once

#include <stdarg.h>
#include <stddef.h>

namespace pagelab::kernel {

// Returns the length the whole text has.
int vsnprintf(char* buffer, size_t size, char const* format, va_list arguments);

// From now on %p prints addresses.
void no_hash_pointers_enable();

} // namespace pagelab::kernel
