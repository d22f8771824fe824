// Names for code addresses: the table of functions that the build links into the image.
//
// linker/kallsyms.awk writes the table, sorted by address, from nm's output of a first link.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/lib/seq_file.hpp"

namespace pagelab::kernel {

inline constexpr size_t kSymbolTextSize = 128;

// "name+0x12/0x40": offset and size of the function around `address`, and " [module]" if it is a
// module's; the bare address when it lies in none. Returns `buffer`, of kSymbolTextSize bytes.
char const* sprint_symbol(char* buffer, uintptr_t address);
char const* sprint_symbol_no_offset(char* buffer, uintptr_t address); // "name"
// Of a return address: the function with the call, though the call be its last instruction.
char const* sprint_backtrace(char* buffer, uintptr_t address);

// Whether it lies in the text of the kernel or of a module.
bool is_text_address(uintptr_t address);

// /proc/kallsyms: "address type name", by address; functions only. The type is nm's: T, t for a
// function of one file, W for one of which there are copies. Format: Linux 6.1 kernel/kallsyms.c.
void show_kallsyms(lib::seq_file& m);

} // namespace pagelab::kernel
