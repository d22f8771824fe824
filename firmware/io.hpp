// The instructions that C++ has no words for: ports, CPUID, halting.
#pragma once

#include <stdint.h>

namespace pagelab::firmware {

inline void out8(uint16_t port, uint8_t value)
{
    asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

inline void out16(uint16_t port, uint16_t value)
{
    asm volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

inline void out32(uint16_t port, uint32_t value)
{
    asm volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

inline uint8_t in8(uint16_t port)
{
    uint8_t value;
    asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

// `count` bytes from one port to memory.
inline void in8_string(uint16_t port, void* to, uint32_t count)
{
    asm volatile("rep insb" : "+D"(to), "+c"(count) : "d"(port) : "memory");
}

// CPUID leaf 0x80000001, EDX bit 29. (Intel SDM volume 2, CPUID.)
inline bool has_long_mode()
{
    uint32_t eax = 0x8000'0000, ebx, ecx, edx;
    asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
    if (eax < 0x8000'0001)
        return false;
    eax = 0x8000'0001;
    asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
    return (edx & 1u << 29) != 0;
}

// CPUID leaf 1, EDX bit 9.
inline bool has_local_apic()
{
    uint32_t eax = 1, ebx, ecx, edx;
    asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
    return (edx & 1u << 9) != 0;
}

[[noreturn]] inline void halt()
{
    for (;;)
        asm volatile("cli; hlt");
}

} // namespace pagelab::firmware
