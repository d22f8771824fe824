// Stopping the kernel. Source: Linux 6.1 include/linux/panic.h.
#pragma once

#include <linux/compiler.h>

__BEGIN_DECLS
void __printf(1, 2) __noreturn __cold panic(char const* format, ...);
__END_DECLS
