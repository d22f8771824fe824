// Time since boot, from the time stamp counter.
#include "guestkernel/arch/x86/clock.hpp"

#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/pit.hpp"

namespace pagelab::arch {

namespace {

constexpr unsigned kHypervisorLeaf = 0x4000'0000;
constexpr unsigned kTimingLeaf = 0x4000'0010;
constexpr unsigned kHypervisorPresent = 1u << 31; // CPUID 1, ECX

uint64_t start;
unsigned khz;
bool calibrated;
uint64_t microseconds_per_tick; // fixed point, 32 fraction bits: no division per reading

CpuidResult ask_hypervisor()
{
    if ((cpuid(1).ecx & kHypervisorPresent) == 0 || cpuid(kHypervisorLeaf).eax < kTimingLeaf)
        return {};
    return cpuid(kTimingLeaf);
}

unsigned khz_from_pit()
{
    constexpr unsigned kMilliseconds = 10;
    uint64_t const before = read_tsc();
    pit_wait(kPitHz * kMilliseconds / 1000);
    return static_cast<unsigned>(read_tsc() - before) / kMilliseconds;
}

} // namespace

void clock_init()
{
    khz = ask_hypervisor().eax;
    calibrated = khz == 0;
    if (calibrated)
        khz = khz_from_pit();
    microseconds_per_tick = (uint64_t{1000} << 32) / (khz == 0 ? 1 : khz);
    start = read_tsc();
}

uint64_t clock_microseconds()
{
    if (start == 0)
        return 0;
    uint64_t const ticks = read_tsc() - start;
    return (ticks >> 32) * microseconds_per_tick +
           ((ticks & 0xffff'ffff) * microseconds_per_tick >> 32);
}

unsigned clock_tsc_khz()
{
    return khz;
}

unsigned clock_apic_khz()
{
    return ask_hypervisor().ebx;
}

bool clock_is_calibrated()
{
    return calibrated;
}

} // namespace pagelab::arch
