// Formatted text. Source: Linux 6.1 lib/vsprintf.c, include/linux/kernel.h.
#pragma once

#include <linux/stdarg.h>
#include <linux/types.h>

__BEGIN_DECLS
int __printf(2, 3) sprintf(char* buffer, char const* format, ...);
int __printf(3, 4) snprintf(char* buffer, size_t size, char const* format, ...);
int __printf(3, 0) vsnprintf(char* buffer, size_t size, char const* format, va_list arguments);
int __printf(3, 4) scnprintf(char* buffer, size_t size, char const* format, ...);
int __printf(3, 0) vscnprintf(char* buffer, size_t size, char const* format, va_list arguments);
int __printf(2, 0) vsprintf(char* buffer, char const* format, va_list arguments);
char* __printf(2, 3) kasprintf(gfp_t gfp, char const* format, ...);
__END_DECLS
