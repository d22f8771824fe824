// SysRq: commands to the kernel itself, by a key after BREAK on the serial line, or by
// `echo KEY > /proc/sysrq-trigger`.
//
// On the serial line they run in the interrupt, whatever else runs; hence they only read and print.
// Source: Linux 6.1 drivers/tty/sysrq.c; uart_handle_break in include/linux/serial_core.h.
#pragma once

#include "guestkernel/lib/result.hpp"

namespace pagelab::kernel {

void handle_sysrq(char key); // an unknown one prints the list of keys

// From the serial line: BREAK, and any character received. True if the character was a key, that is
// the first one within five seconds after BREAK.
void sysrq_break();
bool sysrq_character(char c);

lib::Result<> write_sysrq_trigger(char const* text); // its first character is the key

} // namespace pagelab::kernel
