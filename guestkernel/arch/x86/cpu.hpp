// The instructions that C++ has no words for: control registers, MSRs, CPUID, interrupts.
//
// Source: Intel SDM volume 2. Control registers are as wide as a register; MSRs and the time stamp
// counter are 64 bits everywhere.
#pragma once

#include <stdint.h>

#include "guestkernel/abi/address.hpp"
#include "guestkernel/abi/x86/cr.hpp"
#include "guestkernel/abi/x86/msr.hpp"

namespace pagelab::arch {

inline uintptr_t read_cr0()
{
    uintptr_t value;
    asm volatile("mov %%cr0, %0" : "=r"(value));
    return value;
}

inline uintptr_t read_cr2()
{
    uintptr_t value;
    asm volatile("mov %%cr2, %0" : "=r"(value));
    return value;
}

inline uintptr_t read_cr3()
{
    uintptr_t value;
    asm volatile("mov %%cr3, %0" : "=r"(value));
    return value;
}

inline uintptr_t read_cr4()
{
    uintptr_t value;
    asm volatile("mov %%cr4, %0" : "=r"(value));
    return value;
}

inline void write_cr3(uintptr_t value)
{
    asm volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}
inline void write_cr4(uintptr_t value)
{
    asm volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

inline void invlpg(void const* address)
{
    asm volatile("invlpg (%0)" : : "r"(address) : "memory");
}

inline uint64_t read_msr(x86::Msr msr)
{
    uint32_t low, high;
    asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return uint64_t{high} << 32 | low;
}

inline void write_msr(x86::Msr msr, uint64_t value)
{
    asm volatile("wrmsr"
                 :
                 : "c"(msr), "a"(static_cast<uint32_t>(value)),
                   "d"(static_cast<uint32_t>(value >> 32))
                 : "memory");
}

inline uint64_t read_tsc()
{
    uint32_t low, high;
    asm volatile("rdtsc" : "=a"(low), "=d"(high));
    return uint64_t{high} << 32 | low;
}

struct CpuidResult {
    uint32_t eax, ebx, ecx, edx;
};

inline CpuidResult cpuid(uint32_t leaf, uint32_t subleaf = 0)
{
    CpuidResult r;
    asm volatile("cpuid"
                 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
                 : "a"(leaf), "c"(subleaf));
    return r;
}

inline void enable_interrupts()
{
    asm volatile("sti" : : : "memory");
}
inline void disable_interrupts()
{
    asm volatile("cli" : : : "memory");
}

// Wait for an interrupt: STI's shadow makes the pair atomic (SDM volume 2, STI).
inline void enable_interrupts_and_halt()
{
    asm volatile("sti; hlt" : : : "memory");
}

[[noreturn]] inline void halt_forever()
{
    for (;;)
        asm volatile("cli; hlt" : : : "memory");
}

// Interrupts off while it lives, then as they were.
class InterruptGuard {
  public:
    InterruptGuard() { asm volatile("pushf; pop %0; cli" : "=r"(flags_) : : "memory"); }
    ~InterruptGuard() { asm volatile("push %0; popf" : : "r"(flags_) : "memory", "cc"); }
    InterruptGuard(InterruptGuard const&) = delete;
    InterruptGuard& operator=(InterruptGuard const&) = delete;

  private:
    uintptr_t flags_;
};

} // namespace pagelab::arch
