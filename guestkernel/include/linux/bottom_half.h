// Keeping this CPU's soft interrupts (timers, tasklets) away. Source: Linux 6.1
// include/linux/bottom_half.h; what is disabled counts two (SOFTIRQ_DISABLE_OFFSET).
#pragma once

#include <linux/preempt.h>

#define SOFTIRQ_DISABLE_OFFSET (2 * SOFTIRQ_OFFSET)

__BEGIN_DECLS
void __local_bh_enable_ip(unsigned long ip, unsigned int count);
__END_DECLS

static inline void local_bh_disable(void)
{
    __preempt_count_add(SOFTIRQ_DISABLE_OFFSET);
}

static inline void local_bh_enable(void)
{
    __local_bh_enable_ip(0, SOFTIRQ_DISABLE_OFFSET);
}
