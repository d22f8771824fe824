// What %p prints, by the letters behind it: Linux' extensions.
//
//   %p       hashed: equal pointers print alike, and nobody learns where they point
//   %px      the address;  %pK  as %p (kptr_restrict is 0)
//   %pS %ps %pB   function+offset/size, function, and the same for a return address
//   %pa[p] %pad   the phys_addr_t, dma_addr_t pointed to
//   %pe      an error pointer's name, "-ENOMEM"
//   %*ph[CDN]     bytes in hexadecimal, between them a space, ':', '-' or nothing
//   %pGp %pGg %pGv   the page, gfp or vma flags pointed to, by name
//   %pV      a struct va_format: a format and arguments of its own
//   %*pb %*pbl    a bitmap of so many bits, in hexadecimal or as a list of ranges
//   %pM[F] %pMR %pI4 %pi4 %pU[bBlL]   addresses of networks, UUIDs
//
// Letters that name nothing print nothing: the pointer is printed as by %p.
// Source: Linux 6.1 Documentation/core-api/printk-formats.rst, lib/vsprintf.c.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/format_field.hpp"

namespace pagelab::lib {

enum class symbol_style { with_offset, name_only, backtrace };

inline constexpr size_t kPointerTextSize = 256;

// What only a kernel knows. The functions fill `buffer`, of kPointerTextSize bytes, with a string.
struct pointer_names {
    bool hashed;  // false: %p is %px (no_hash_pointers)
    uint64_t key; // of the hash
    void (*symbol)(char* buffer, uintptr_t address, symbol_style style);
    void (*flags)(char* buffer, char kind, void const* flags); // kind: 'p', 'g' or 'v'
};

// As include/linux/printk.h has it.
struct va_format {
    char const* fmt;
    va_list* va;
};

// In the first page, or an error's number: nothing that can be read.
bool is_bad_pointer(void const* pointer);

// Prints `pointer` as the letters at `extension` say; returns how many of them that took.
size_t put_pointer(text_output const& out, field f, char const* extension, void const* pointer);

} // namespace pagelab::lib
