// Sorting in place. Source: Linux 6.1 include/linux/sort.h.
#pragma once

#include <linux/types.h>

typedef int (*cmp_func_t)(void const* a, void const* b);
typedef void (*swap_func_t)(void* a, void* b, int size);

__BEGIN_DECLS
void sort(void* base, size_t count, size_t size, cmp_func_t compare, swap_func_t swap);
__END_DECLS
