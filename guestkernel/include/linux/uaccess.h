// Copying to and from user space: how many bytes could not be copied is what each call returns.
//
// There are no processes; a command that reads or writes a module's file lends its buffer. Source:
// Linux 6.1 include/linux/uaccess.h.
#pragma once

#include <linux/errno.h>
#include <linux/sched.h>

__BEGIN_DECLS
bool __access_ok(void __user const* address, unsigned long size);
unsigned long _copy_to_user(void __user* to, void const* from, unsigned long size);
unsigned long _copy_from_user(void* to, void __user const* from, unsigned long size);
long strncpy_from_user(char* to, char __user const* from, long size);
long copy_from_kernel_nofault(void* to, void const* from, size_t size);
long copy_to_kernel_nofault(void* to, void const* from, size_t size);
__END_DECLS

#define access_ok(address, size) __access_ok(address, size)

static __always_inline unsigned long __must_check copy_to_user(void __user* to, void const* from,
                                                               unsigned long size)
{
    return _copy_to_user(to, from, size);
}

static __always_inline unsigned long __must_check copy_from_user(void* to, void __user const* from,
                                                                 unsigned long size)
{
    return _copy_from_user(to, from, size);
}

// 0 or -EFAULT; the value is 0 then.
#define get_user(variable, pointer)                                                                \
    ({                                                                                             \
        __typeof__(*(pointer)) __value;                                                            \
        int __error = _copy_from_user(&__value, (pointer), sizeof(__value)) ? -EFAULT : 0;         \
        (variable) = __value;                                                                      \
        __error;                                                                                   \
    })
#define put_user(value, pointer)                                                                   \
    ({                                                                                             \
        __typeof__(*(pointer)) __value = (value);                                                  \
        _copy_to_user((pointer), &__value, sizeof(__value)) ? -EFAULT : 0;                         \
    })
#define get_kernel_nofault(variable, pointer)                                                      \
    copy_from_kernel_nofault(&(variable), (pointer), sizeof(variable))
