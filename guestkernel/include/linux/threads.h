// How many CPUs there may be. Source: Linux 6.1 include/linux/threads.h.
#pragma once

#define NR_CPUS 64
#define CONFIG_NR_CPUS NR_CPUS
