// The running task. Source: Linux 6.1 arch/x86/include/asm/current.h.
#pragma once

#include <linux/percpu-defs.h>

struct task_struct;

__BEGIN_DECLS
DECLARE_PER_CPU(struct task_struct*, current_task);
__END_DECLS

static __always_inline struct task_struct* get_current(void)
{
    return this_cpu_read(current_task);
}

#define current get_current()
