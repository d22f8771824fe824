// printf's formats, written piece by piece to an output that someone else owns. No allocation.
//
//   %[-0+ #][width or *][.precision or .*][hh h l ll z t](d i u x X o c s p %)
//
// as ISO C 7.21.6.1 and Linux' lib/vsprintf.c define them. What %p prints depends on the letters
// behind it (pointer_format.hpp) and on the output: one without names prints the address, in
// hexadecimal, zero-padded to the width of a pointer. A null string prints as "(null)", an
// error pointer or an address in the first page as "(efault)". An unknown conversion is copied as
// it stands and takes no argument.
#pragma once

#include <stdarg.h>
#include <stddef.h>

namespace pagelab::lib {

struct pointer_names;

// Where formatted text goes: write() is called with pieces of any length, in order.
struct text_output {
    void (*write)(void* context, char const* text, size_t length);
    void* context;
    pointer_names const* names = nullptr; // null: pointers are addresses and nothing else
};

void vformat(text_output const& output, char const* format, va_list arguments);

// Writes at most size - 1 characters and a NUL (nothing if size is 0). Returns the length the
// whole text has, as C does: a result >= size means it was cut.
int vsnprintf(char* buffer, size_t size, char const* format, va_list arguments,
              pointer_names const* names = nullptr);
[[gnu::format(printf, 3, 4)]] int snprintf(char* buffer, size_t size, char const* format, ...);

} // namespace pagelab::lib
