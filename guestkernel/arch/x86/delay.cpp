// Busy-waiting by the time stamp counter.
#include "guestkernel/arch/x86/delay.hpp"

#include <stdint.h>

#include "guestkernel/arch/x86/clock.hpp"

namespace pagelab::arch {

void udelay(unsigned long microseconds)
{
    uint64_t const end = clock_microseconds() + microseconds + 1;
    while (clock_microseconds() < end)
        cpu_relax();
}

} // namespace pagelab::arch
