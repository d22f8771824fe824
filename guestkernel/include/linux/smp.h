// Which CPU this is. Source: Linux 6.1 include/linux/smp.h.
#pragma once

#include <linux/preempt.h>
#include <linux/threads.h>

#define raw_smp_processor_id() ((int)this_cpu_read(cpu_number))
#define smp_processor_id() raw_smp_processor_id()
#define get_cpu()                                                                                  \
    ({                                                                                             \
        preempt_disable();                                                                         \
        smp_processor_id();                                                                        \
    })
#define put_cpu() preempt_enable()
