// Busy-waiting by the time stamp counter.
#include "guestkernel/arch/x86/delay.hpp"

#include <stdint.h>

#include "guestkernel/arch/x86/clock.hpp"
#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/lib/spinlock.hpp"

namespace pagelab::arch {

void udelay(unsigned long microseconds)
{
    uint64_t const start = read_tsc();
    uint64_t const ticks = uint64_t{microseconds} * clock_tsc_khz() / 1000;
    while (read_tsc() - start < ticks)
        lib::cpu_relax();
}

} // namespace pagelab::arch
