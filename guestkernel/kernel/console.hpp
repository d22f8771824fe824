// The console: text out to the serial port, and lines typed at it in.
//
// Output is immediate. Input arrives by interrupt and waits in a small buffer; what does not fit
// is lost, as on any UART. The line editor knows Backspace, ^U (erase line), ^C (give up) and
// echoes what it takes.
#pragma once

#include <stddef.h>

#include "guestkernel/lib/seq_file.hpp"

namespace pagelab::kernel {

void console_write(char const* text, size_t length); // "\n" goes out as "\r\n"
void console_puts(char const* text);
[[gnu::format(printf, 1, 2)]] void console_printf(char const* format, ...);

// A report that goes to the console: run `write` on a seq_file, then flush it.
void console_report(void (*write)(lib::seq_file& m));
lib::seq_file console_seq_file(char* buffer, size_t size); // for other reports

void console_enable_input();
void console_receive(); // the serial interrupt's work

// Wait for a line, in HLT while there is none; stores it without its end, cut to size - 1 bytes.
void console_read_line(char* line, size_t size);

} // namespace pagelab::kernel
