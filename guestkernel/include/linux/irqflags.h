// Keeping interrupts from this CPU. Source: Linux 6.1 include/linux/irqflags.h.
#pragma once

#include <linux/types.h>

#define X86_EFLAGS_IF 0x200ul

static __always_inline unsigned long native_save_fl(void)
{
    unsigned long flags;
    __asm__ __volatile__("pushf; pop %0" : "=rm"(flags) : : "memory");
    return flags;
}

#define local_save_flags(flags) ((void)((flags) = native_save_fl()))
#define local_irq_disable() __asm__ __volatile__("cli" : : : "memory")
#define local_irq_enable() __asm__ __volatile__("sti" : : : "memory")
#define local_irq_save(flags)                                                                      \
    do {                                                                                           \
        local_save_flags(flags);                                                                   \
        local_irq_disable();                                                                       \
    } while (0)
#define irqs_disabled_flags(flags) (((flags)&X86_EFLAGS_IF) == 0)
#define irqs_disabled() irqs_disabled_flags(native_save_fl())
#define local_irq_restore(flags)                                                                   \
    do {                                                                                           \
        if (!irqs_disabled_flags(flags))                                                           \
            local_irq_enable();                                                                    \
    } while (0)
