// Names for code addresses: the table of functions that the build links into the image.
//
// linker/kallsyms.awk writes the table, sorted by address, from nm's output of a first link.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace pagelab::kernel {

inline constexpr size_t kSymbolTextSize = 128;

// "name+0x12/0x40": offset and size of the function around `address`; the bare address when it
// lies in none. Returns `buffer`, of kSymbolTextSize bytes.
char const* sprint_symbol(char* buffer, uintptr_t address);

} // namespace pagelab::kernel
