// Keeping interrupts from this CPU.
//
// On the host a thread-local word plays the flags register: code under test can be seen to turn
// interrupts off, and to leave them as they were.
//
// Source: Linux 6.1 include/linux/irqflags.h, arch/x86/include/asm/irqflags.h.
#pragma once

#include "guestkernel/abi/x86/rflags.hpp"
#include "guestkernel/lib/percpu.hpp"

namespace pagelab::lib {

#if __STDC_HOSTED__

DECLARE_PER_CPU(unsigned long, model_flags);

inline unsigned long local_save_flags()
{
    return model_flags;
}

inline void local_irq_disable()
{
    model_flags &= ~static_cast<unsigned long>(x86::rflags::InterruptEnable::mask);
}

inline void local_irq_enable()
{
    model_flags |= x86::rflags::InterruptEnable::mask;
}

#else

inline unsigned long local_save_flags()
{
    unsigned long flags;
    asm volatile("pushf; pop %0" : "=r"(flags) : : "memory");
    return flags;
}

inline void local_irq_disable()
{
    asm volatile("cli" : : : "memory");
}

inline void local_irq_enable()
{
    asm volatile("sti" : : : "memory");
}

#endif

inline bool irqs_disabled_flags(unsigned long flags)
{
    return (flags & x86::rflags::InterruptEnable::mask) == 0;
}

inline bool irqs_disabled()
{
    return irqs_disabled_flags(local_save_flags());
}

// `flags`: what local_irq_restore() wants.
inline void local_irq_save(unsigned long& flags)
{
    flags = local_save_flags();
    local_irq_disable();
}

inline void local_irq_restore(unsigned long flags)
{
    if (!irqs_disabled_flags(flags))
        local_irq_enable();
}

} // namespace pagelab::lib
