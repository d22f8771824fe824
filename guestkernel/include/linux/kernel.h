// What every module includes: rounding, minima, arrays, conversions, texts.
//
// Source: Linux 6.1 include/linux/kernel.h, array_size.h, kstrtox.h, upper_lower_32 of kernel.h.
#pragma once

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/kconfig.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/stdarg.h>
#include <linux/stringify.h>
#include <linux/types.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]) + __must_be_array(array))
#define upper_32_bits(n) ((u32)(((u64)(n)) >> 32))
#define lower_32_bits(n) ((u32)((n)&0xffffffffu))
#define PTR_IF(condition, pointer) ((condition) ? (pointer) : NULL)
#define u64_to_user_ptr(x) ((void __user*)(uintptr_t)(x))
#define FIELD_SIZEOF(type, member) sizeof_field(type, member)
#define might_sleep()                                                                              \
    do {                                                                                           \
    } while (0)
#define might_sleep_if(condition)                                                                  \
    do {                                                                                           \
    } while (0)
