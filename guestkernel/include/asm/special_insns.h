// Control registers. Source: Linux 6.1 arch/x86/include/asm/special_insns.h.
#pragma once

#include <linux/types.h>

#define __DEFINE_READ_CR(n)                                                                        \
    static inline unsigned long native_read_cr##n(void)                                            \
    {                                                                                              \
        unsigned long value;                                                                       \
        __asm__ __volatile__("mov %%cr" #n ", %0" : "=r"(value) : : "memory");                     \
        return value;                                                                              \
    }
__DEFINE_READ_CR(0)
__DEFINE_READ_CR(2)
__DEFINE_READ_CR(3)
__DEFINE_READ_CR(4)
#undef __DEFINE_READ_CR

#define read_cr0() native_read_cr0()
#define read_cr2() native_read_cr2()
#define __read_cr3() native_read_cr3()
#define __read_cr4() native_read_cr4()
#define read_cr3_pa() (native_read_cr3() & ~0xffful)
