// Functions of start and end, and where they are kept.
//
// A module's __init functions and data are given back once its init has returned.
// Source: Linux 6.1 include/linux/init.h.
#pragma once

#include <linux/compiler.h>
#include <linux/types.h>

#define __init __section(".init.text") __cold
#define __initdata __section(".init.data")
#define __initconst __section(".init.rodata")
#define __exit __section(".exit.text") __used __cold
#define __exitdata __section(".exit.data")
#define __exit_p(x) (x)
#define __ro_after_init __section(".data..ro_after_init")
#define __read_mostly __section(".data..read_mostly")
#define __ref
#define __refdata

typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);
