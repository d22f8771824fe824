// A report being written: text collects in a small buffer and goes on whenever that is full.
//
// So that a report of any length needs no allocation. The buffer belongs to the caller and must
// hold at least one byte; `flush` gets the text in order and must take all of it. Whoever wrote
// the last piece calls seq_flush. Named after Linux' include/linux/seq_file.h, whose users read
// like ours.
#pragma once

#include <stdarg.h>
#include <stddef.h>

namespace pagelab::lib {

struct seq_file {
    char* buf;
    size_t size;
    void (*flush)(void* context, char const* text, size_t length);
    void* context;
    size_t count = 0; // bytes waiting in buf
};

void seq_write(seq_file& m, char const* text, size_t length);
void seq_puts(seq_file& m, char const* text);
void seq_putc(seq_file& m, char c);
void seq_vprintf(seq_file& m, char const* format, va_list arguments);
[[gnu::format(printf, 2, 3)]] void seq_printf(seq_file& m, char const* format, ...);
void seq_flush(seq_file& m);

} // namespace pagelab::lib
