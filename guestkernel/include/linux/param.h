// Ticks per second. Source: Linux 6.1 include/asm-generic/param.h, CONFIG_HZ.
#pragma once

#define HZ 250
#define USER_HZ 100
