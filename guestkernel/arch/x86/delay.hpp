// Busy-waiting by the time stamp counter.
#pragma once

namespace pagelab::arch {

// One turn of a loop that waits for another CPU: PAUSE (Intel SDM volume 2).
inline void cpu_relax()
{
    asm volatile("pause" : : : "memory");
}

void udelay(unsigned long microseconds); // at least so long; after clock_init()

} // namespace pagelab::arch
