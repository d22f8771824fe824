// The 8259A pair: interrupt lines 0..15 to vectors kFirstIrqVector + line, all masked at first.
//
// Source: Intel 8259A data sheet (ICW1..4, OCW1..3); IBM PC/AT: the second is on line 2.
#pragma once

namespace pagelab::arch {

inline constexpr unsigned kTimerLine = 0;
inline constexpr unsigned kSerialLine = 4;

void pic_init();
void pic_unmask(unsigned line); // 0..15
void pic_mask(unsigned line);

// Tell the controller that the line's handler is done; call once per interrupt taken.
// False for a spurious interrupt (lines 7 and 15 with nothing in service), which has no handler.
bool pic_acknowledge(unsigned line);

} // namespace pagelab::arch
