// module_param: variables that insmod sets and /sys/module shows.
//
// Each parameter is a struct kernel_param in the section __param and two texts in .modinfo. The
// functions that read and write a type are the kernel's param_ops_TYPE.
// Source: Linux 6.1 include/linux/moduleparam.h.
#pragma once

#include <linux/build_bug.h>
#include <linux/init.h>
#include <linux/stringify.h>
#include <linux/types.h>

#define MODULE_PARAM_PREFIX KBUILD_MODNAME "."

#define __MODULE_INFO(tag, info)                                                                   \
    static char const __UNIQUE_ID(modinfo)[] __used __section(".modinfo") __aligned(1) =           \
        #tag "=" info
#define __MODULE_PARM_TYPE(name, type) __MODULE_INFO(parmtype, #name ":" type)
#define MODULE_PARM_DESC(name, text) __MODULE_INFO(parm, #name ":" text)

struct kernel_param;

enum { KERNEL_PARAM_OPS_FL_NOARG = 1 << 0 };

struct kernel_param_ops {
    unsigned int flags; // KERNEL_PARAM_OPS_FL_NOARG: set may get a null text
    int (*set)(char const* text, struct kernel_param const* parameter);
    int (*get)(char* buffer, struct kernel_param const* parameter); // of a page
    void (*free)(void* argument);
};

struct kparam_string {
    unsigned int maxlen;
    char* string;
};

struct kparam_array {
    unsigned int max;
    unsigned int elemsize;
    unsigned int* num;
    struct kernel_param_ops const* ops;
    void* elem;
};

struct module;

struct kernel_param {
    char const* name;
    struct module* mod;
    struct kernel_param_ops const* ops;
    u16 const perm;
    s8 level;
    u8 flags;
    union {
        void* arg;
        struct kparam_string const* str;
        struct kparam_array const* arr;
    };
};

__BEGIN_DECLS
extern const struct kernel_param_ops param_ops_byte, param_ops_short, param_ops_ushort,
    param_ops_int, param_ops_uint, param_ops_long, param_ops_ulong, param_ops_ullong,
    param_ops_charp, param_ops_bool, param_ops_invbool, param_ops_string, param_array_ops;
extern struct module __this_module;
__END_DECLS

// Whether the variable has the C type its name stands for is the compiler's to say.
#define __param_check(name, pointer, type)                                                         \
    static inline type __unused* __check_##name(void)                                              \
    {                                                                                              \
        return (pointer);                                                                          \
    }
#define param_check_byte(name, pointer) __param_check(name, pointer, unsigned char)
#define param_check_short(name, pointer) __param_check(name, pointer, short)
#define param_check_ushort(name, pointer) __param_check(name, pointer, unsigned short)
#define param_check_int(name, pointer) __param_check(name, pointer, int)
#define param_check_uint(name, pointer) __param_check(name, pointer, unsigned int)
#define param_check_long(name, pointer) __param_check(name, pointer, long)
#define param_check_ulong(name, pointer) __param_check(name, pointer, unsigned long)
#define param_check_ullong(name, pointer) __param_check(name, pointer, unsigned long long)
#define param_check_charp(name, pointer) __param_check(name, pointer, char*)
#define param_check_bool(name, pointer) __param_check(name, pointer, bool)
#define param_check_invbool(name, pointer) __param_check(name, pointer, bool)

#define VERIFY_OCTAL_PERMISSIONS(perms)                                                            \
    (BUILD_BUG_ON_ZERO((perms) < 0) + BUILD_BUG_ON_ZERO((perms) > 0777) +                          \
     BUILD_BUG_ON_ZERO((((perms) >> 6) & 4) < (((perms) >> 3) & 4)) +                              \
     BUILD_BUG_ON_ZERO((((perms) >> 3) & 4) < ((perms)&4)) +                                       \
     BUILD_BUG_ON_ZERO((((perms) >> 6) & 2) < (((perms) >> 3) & 2)) +                              \
     BUILD_BUG_ON_ZERO((perms)&2) + (perms))

#define __module_param_call(variable, the_name, the_ops, member, value, the_perm)                  \
    static char const __param_str_##variable[] = the_name;                                         \
    static const struct kernel_param __param_##variable __used __section("__param")                \
        __aligned(sizeof(void*)) = {                                                               \
            .name = __param_str_##variable,                                                        \
            .mod = &__this_module,                                                                 \
            .ops = &the_ops,                                                                       \
            .perm = VERIFY_OCTAL_PERMISSIONS(the_perm),                                            \
            .level = -1,                                                                           \
            .flags = 0,                                                                            \
            {.member = value},                                                                     \
    }

#define module_param_cb(name, ops, arg, perm)                                                      \
    __module_param_call(name, #name, *(ops), arg, (void*)(arg), perm)
#define module_param_named(name, variable, type, perm)                                             \
    param_check_##type(name, &(variable));                                                         \
    __module_param_call(name, #name, param_ops_##type, arg, (void*)&(variable), perm);             \
    __MODULE_PARM_TYPE(name, #type)
#define module_param(name, type, perm) module_param_named(name, name, type, perm)
#define module_param_string(name, text, length, perm)                                              \
    static const struct kparam_string __param_string_##name = {length, text};                      \
    __module_param_call(name, #name, param_ops_string, str, &__param_string_##name, perm);         \
    __MODULE_PARM_TYPE(name, "string")
#define module_param_array_named(name, array, type, count, perm)                                   \
    param_check_##type(name, &(array)[0]);                                                         \
    static const struct kparam_array __param_arr_##name = {                                        \
        .max = sizeof(array) / sizeof((array)[0]),                                                 \
        .elemsize = sizeof((array)[0]),                                                            \
        .num = count,                                                                              \
        .ops = &param_ops_##type,                                                                  \
        .elem = array,                                                                             \
    };                                                                                             \
    __module_param_call(name, #name, param_array_ops, arr, &__param_arr_##name, perm);             \
    __MODULE_PARM_TYPE(name, "array of " #type)
#define module_param_array(name, type, count, perm)                                                \
    module_param_array_named(name, name, type, count, perm)
