// Ports, and memory of devices. Source: Linux 6.1 arch/x86/include/asm/io.h.
#pragma once

#include <asm/page.h>

#define __DEFINE_PORT_ACCESS(type, suffix, registers)                                              \
    static inline type in##suffix(u16 port)                                                        \
    {                                                                                              \
        type value;                                                                                \
        __asm__ __volatile__("in" #suffix " %w1, %" registers "0" : "=a"(value) : "Nd"(port));     \
        return value;                                                                              \
    }                                                                                              \
    static inline void out##suffix(type value, u16 port)                                           \
    {                                                                                              \
        __asm__ __volatile__("out" #suffix " %" registers "0, %w1" : : "a"(value), "Nd"(port));    \
    }
__DEFINE_PORT_ACCESS(u8, b, "b")
__DEFINE_PORT_ACCESS(u16, w, "w")
__DEFINE_PORT_ACCESS(u32, l, "k")
#undef __DEFINE_PORT_ACCESS

__BEGIN_DECLS
void __iomem* ioremap(resource_size_t physical, unsigned long size);
void iounmap(void __iomem volatile* address);
__END_DECLS

#define readb(address) (*(u8 const volatile __force*)(address))
#define readw(address) (*(u16 const volatile __force*)(address))
#define readl(address) (*(u32 const volatile __force*)(address))
#define writeb(value, address) ((void)(*(u8 __force volatile*)(address) = (value)))
#define writew(value, address) ((void)(*(u16 __force volatile*)(address) = (value)))
#define writel(value, address) ((void)(*(u32 __force volatile*)(address) = (value)))
