// The 16550A at COM1: output polled, input by interrupt.
//
// Source: National Semiconductor PC16550D data sheet.
#pragma once

#include <stddef.h>

namespace pagelab::arch {

void uart_init(); // 115200 baud, 8 data bits, no parity, FIFOs on if there are any
void uart_write(char const* text, size_t length);

// From now on the UART interrupts when it has received; then uart_read() until it is empty.
void uart_enable_receive_interrupt();

// Hardware flow control, by RTS: whether whoever types should. BREAK and SysRq come through always.
enum class uart_input { hold, ready };
void uart_set_input(uart_input input); // hold, at first

inline constexpr int kUartEmpty = -1;
inline constexpr int kUartBreak = -2;
int uart_read(); // the next byte, or one of these
bool uart_has_received();

} // namespace pagelab::arch
