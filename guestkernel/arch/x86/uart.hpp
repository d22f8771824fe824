// The 16550A at COM1: output polled, input by interrupt.
//
// Source: National Semiconductor PC16550D data sheet.
#pragma once

#include <stddef.h>

namespace pagelab::arch {

void uart_init(); // 115200 baud, 8 data bits, no parity, FIFOs on if there are any
void uart_write(char const* text, size_t length);

// From now on the UART interrupts when it has received; then uart_read() until it returns -1.
void uart_enable_receive_interrupt();
int uart_read(); // the next byte, or -1

} // namespace pagelab::arch
