// Pointers that are error numbers: the last page of addresses. Source: Linux 6.1
// include/linux/err.h.
#pragma once

#include <linux/errno.h>
#include <linux/types.h>

#define MAX_ERRNO 4095
#define IS_ERR_VALUE(x) unlikely((unsigned long)(void*)(x) >= (unsigned long)-MAX_ERRNO)

static inline void* __must_check ERR_PTR(long error)
{
    return (void*)error;
}

static inline long __must_check PTR_ERR(void const* pointer)
{
    return (long)pointer;
}

static inline bool __must_check IS_ERR(void const* pointer)
{
    return IS_ERR_VALUE((unsigned long)pointer);
}

static inline bool __must_check IS_ERR_OR_NULL(void const* pointer)
{
    return unlikely(!pointer) || IS_ERR_VALUE((unsigned long)pointer);
}

static inline void* __must_check ERR_CAST(void const* pointer)
{
    return (void*)pointer;
}

static inline int __must_check PTR_ERR_OR_ZERO(void const* pointer)
{
    return IS_ERR(pointer) ? (int)PTR_ERR(pointer) : 0;
}
