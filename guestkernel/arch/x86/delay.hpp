// Busy-waiting by the time stamp counter.
#pragma once

namespace pagelab::arch {

void udelay(unsigned long microseconds); // at least so long; after clock_init()

} // namespace pagelab::arch
