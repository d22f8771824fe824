// The 8254 timer: the periodic tick on line 0, and a measured wait on counter 2.
//
// Source: Intel 8254 data sheet (control word, modes 0 and 2); the PC's input clock.
#pragma once

#include <stdint.h>

namespace pagelab::arch {

inline constexpr unsigned kPitHz = 1193182;
inline constexpr unsigned kHz = 250; // ticks per second, Linux' CONFIG_HZ

void pit_start_tick();

// Busy-wait until counter 2 has counted down `ticks` of kPitHz.
void pit_wait(uint16_t ticks);

} // namespace pagelab::arch
