// NULL, offsetof, bool's values. Source: Linux 6.1 include/linux/stddef.h.
#pragma once

#include <linux/compiler.h>

#undef NULL
#ifdef __cplusplus
#define NULL __null
#else
#define NULL ((void*)0)

enum { false = 0, true = 1 };
#endif

#undef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#define sizeof_field(type, member) sizeof(((type*)0)->member)
#define offsetofend(type, member) (offsetof(type, member) + sizeof_field(type, member))
