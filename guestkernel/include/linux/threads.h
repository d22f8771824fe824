// How many CPUs there may be. Source: Linux 6.1 include/linux/threads.h.
#pragma once

#include <linux/kconfig.h>

#define NR_CPUS CONFIG_NR_CPUS
