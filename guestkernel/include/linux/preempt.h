// What keeps this CPU from changing to another thread, counted in one per-CPU word.
//
// The word is 0 if and only if a thread may be preempted and should be; bit 31 is clear when the
// scheduler wants to run. Source: Linux 6.1 include/linux/preempt.h,
// arch/x86/include/asm/preempt.h.
#pragma once

#include <linux/percpu-defs.h>

#define PREEMPT_BITS 8
#define SOFTIRQ_BITS 8
#define HARDIRQ_BITS 4
#define NMI_BITS 4
#define PREEMPT_SHIFT 0
#define SOFTIRQ_SHIFT (PREEMPT_SHIFT + PREEMPT_BITS)
#define HARDIRQ_SHIFT (SOFTIRQ_SHIFT + SOFTIRQ_BITS)
#define NMI_SHIFT (HARDIRQ_SHIFT + HARDIRQ_BITS)
#define PREEMPT_OFFSET (1u << PREEMPT_SHIFT)
#define SOFTIRQ_OFFSET (1u << SOFTIRQ_SHIFT)
#define HARDIRQ_OFFSET (1u << HARDIRQ_SHIFT)
#define PREEMPT_MASK (0xffu << PREEMPT_SHIFT)
#define SOFTIRQ_MASK (0xffu << SOFTIRQ_SHIFT)
#define HARDIRQ_MASK (0xfu << HARDIRQ_SHIFT)
#define NMI_MASK (0xfu << NMI_SHIFT)
#define PREEMPT_NEED_RESCHED 0x80000000u

__BEGIN_DECLS
DECLARE_PER_CPU(unsigned int, __preempt_count);
void preempt_schedule(void);
__END_DECLS

static __always_inline int preempt_count(void)
{
    return (int)(raw_cpu_read(__preempt_count) & ~PREEMPT_NEED_RESCHED);
}

static __always_inline void __preempt_count_add(unsigned int value)
{
    raw_cpu_add(__preempt_count, value);
    barrier();
}

static __always_inline void __preempt_count_sub(unsigned int value)
{
    barrier();
    raw_cpu_sub(__preempt_count, value);
}

static __always_inline bool __preempt_count_dec_and_test(void)
{
    bool is_zero;
    __asm__ __volatile__("decl " __PERCPU_SEGMENT "%0"
                         : "+m"(__preempt_count), "=@ccz"(is_zero)
                         :
                         : "memory");
    return is_zero;
}

#define preempt_disable() __preempt_count_add(PREEMPT_OFFSET)
#define preempt_enable_no_resched() __preempt_count_sub(PREEMPT_OFFSET)
#define preempt_enable()                                                                           \
    do {                                                                                           \
        if (unlikely(__preempt_count_dec_and_test()))                                              \
            preempt_schedule();                                                                    \
    } while (0)
#define preempt_disable_notrace preempt_disable
#define preempt_enable_notrace preempt_enable
#define preemptible() (preempt_count() == 0 && !irqs_disabled())

#define hardirq_count() (preempt_count() & HARDIRQ_MASK)
#define softirq_count() (preempt_count() & SOFTIRQ_MASK)
#define nmi_count() (preempt_count() & NMI_MASK)
#define irq_count() (preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_MASK))
#define in_nmi() (nmi_count() != 0)
#define in_hardirq() (hardirq_count() != 0)
#define in_irq() in_hardirq()
#define in_softirq() (softirq_count() != 0)
#define in_interrupt() (irq_count() != 0)
#define in_task() (!in_interrupt())
#define in_atomic() (preempt_count() != 0)

#include <linux/irqflags.h>
