// The tick of each CPU.
#include "guestkernel/arch/x86/apic_timer.hpp"

#include "guestkernel/arch/x86/clock.hpp"
#include "guestkernel/arch/x86/delay.hpp"
#include "guestkernel/arch/x86/lapic.hpp"
#include "guestkernel/arch/x86/pit.hpp"

namespace pagelab::arch {

namespace lapic = x86::lapic;

namespace {

constexpr unsigned kDivisor = 16;

uint32_t counts_per_tick;

uint32_t counts_in(unsigned long microseconds)
{
    lapic_write(lapic::kInitialCount, ~uint32_t{0});
    udelay(microseconds);
    uint32_t const left = lapic_read(lapic::kCurrentCount);
    lapic_write(lapic::kInitialCount, 0);
    return ~uint32_t{0} - left;
}

} // namespace

void apic_timer_calibrate()
{
    constexpr unsigned kMilliseconds = 10;
    lapic_write(lapic::kDivide, lapic::kDivideBy16);
    unsigned const khz = clock_apic_khz();
    uint32_t const per_second =
        khz != 0 ? khz / kDivisor * 1000 : counts_in(kMilliseconds * 1000) * (1000 / kMilliseconds);
    counts_per_tick = per_second / kHz;
}

void apic_timer_start()
{
    lapic_write(lapic::kDivide, lapic::kDivideBy16);
    lapic_write(lapic::kLvtTimer,
                lapic::lvt::TimerPeriodic::mask | static_cast<uint32_t>(SystemVector::local_timer));
    lapic_write(lapic::kInitialCount, counts_per_tick);
}

void apic_timer_stop()
{
    lapic_write(lapic::kInitialCount, 0);
}

} // namespace pagelab::arch
