// BUG and WARN: an undefined instruction, and an entry in __bug_table that says where it stands.
//
// WARN_ON's value is that of its condition. Source: Linux 6.1 include/asm-generic/bug.h,
// arch/x86/include/asm/bug.h.
#pragma once

#include <linux/build_bug.h>
#include <linux/printk.h>

#define BUGFLAG_WARNING (1 << 0)
#define BUGFLAG_ONCE (1 << 1)
#define BUGFLAG_DONE (1 << 2)
#define BUGFLAG_NO_CUT_HERE (1 << 3)
#define BUGFLAG_TAINT(taint) ((taint) << 8)

#define TAINT_WARN 9

__BEGIN_DECLS
void __printf(1, 2) __warn_printk(char const* format, ...);
__END_DECLS

#define _BUG_FLAGS(flags)                                                                          \
    __asm__ __volatile__("1: ud2\n"                                                                \
                         ".pushsection __bug_table, \"aw\"\n"                                      \
                         ".long 1b - .\n"                                                          \
                         ".long %c0 - .\n"                                                         \
                         ".word %c1, %c2\n"                                                        \
                         ".popsection"                                                             \
                         :                                                                         \
                         : "i"(__FILE__), "i"(__LINE__), "i"(flags))

#define BUG()                                                                                      \
    do {                                                                                           \
        _BUG_FLAGS(0);                                                                             \
        unreachable();                                                                             \
    } while (0)
#define BUG_ON(condition)                                                                          \
    do {                                                                                           \
        if (unlikely(condition))                                                                   \
            BUG();                                                                                 \
    } while (0)

#define __WARN_FLAGS(flags) _BUG_FLAGS(BUGFLAG_WARNING | BUGFLAG_TAINT(TAINT_WARN) | (flags))
#define __WARN_printf(...)                                                                         \
    do {                                                                                           \
        __warn_printk(__VA_ARGS__);                                                                \
        __WARN_FLAGS(BUGFLAG_NO_CUT_HERE);                                                         \
    } while (0)
#define WARN_ON(condition)                                                                         \
    ({                                                                                             \
        int __warn = !!(condition);                                                                \
        if (unlikely(__warn))                                                                      \
            __WARN_FLAGS(0);                                                                       \
        unlikely(__warn);                                                                          \
    })
#define WARN_ON_ONCE(condition)                                                                    \
    ({                                                                                             \
        int __warn = !!(condition);                                                                \
        if (unlikely(__warn))                                                                      \
            __WARN_FLAGS(BUGFLAG_ONCE);                                                            \
        unlikely(__warn);                                                                          \
    })
#define WARN(condition, ...)                                                                       \
    ({                                                                                             \
        int __warn = !!(condition);                                                                \
        if (unlikely(__warn))                                                                      \
            __WARN_printf(__VA_ARGS__);                                                            \
        unlikely(__warn);                                                                          \
    })
#define WARN_ONCE(condition, ...) __do_once_lite(condition, WARN(1, __VA_ARGS__))
#define WARN_TAINT(condition, taint, ...) WARN(condition, __VA_ARGS__)
#define VM_BUG_ON(condition) ((void)sizeof((long)(condition)))
#define VM_WARN_ON(condition) ((void)sizeof((long)(condition)))
