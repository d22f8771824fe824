// The log. Source: Linux 6.1 include/linux/printk.h.
#pragma once

#include <linux/init.h>
#include <linux/kern_levels.h>
#include <linux/stdarg.h>
#include <linux/types.h>

__BEGIN_DECLS
int __printf(1, 2) __cold _printk(char const* format, ...);
int __printf(1, 0) vprintk(char const* format, va_list arguments);
void __cold dump_stack(void);
__END_DECLS

#define printk(format, ...) _printk(format, ##__VA_ARGS__)
#define no_printk(format, ...)                                                                     \
    ({                                                                                             \
        if (0)                                                                                     \
            _printk(format, ##__VA_ARGS__);                                                        \
        0;                                                                                         \
    })

#ifndef pr_fmt
#define pr_fmt(format) format
#endif

#define pr_emerg(format, ...) printk(KERN_EMERG pr_fmt(format), ##__VA_ARGS__)
#define pr_alert(format, ...) printk(KERN_ALERT pr_fmt(format), ##__VA_ARGS__)
#define pr_crit(format, ...) printk(KERN_CRIT pr_fmt(format), ##__VA_ARGS__)
#define pr_err(format, ...) printk(KERN_ERR pr_fmt(format), ##__VA_ARGS__)
#define pr_warn(format, ...) printk(KERN_WARNING pr_fmt(format), ##__VA_ARGS__)
#define pr_warning pr_warn
#define pr_notice(format, ...) printk(KERN_NOTICE pr_fmt(format), ##__VA_ARGS__)
#define pr_info(format, ...) printk(KERN_INFO pr_fmt(format), ##__VA_ARGS__)
#define pr_cont(format, ...) printk(KERN_CONT format, ##__VA_ARGS__)
#ifdef DEBUG
#define pr_debug(format, ...) printk(KERN_DEBUG pr_fmt(format), ##__VA_ARGS__)
#define pr_devel pr_debug
#else
#define pr_debug(format, ...) no_printk(KERN_DEBUG pr_fmt(format), ##__VA_ARGS__)
#define pr_devel pr_debug
#endif

#define __do_once_lite(condition, statement)                                                       \
    ({                                                                                             \
        static bool __section(".data..once") __already_done;                                       \
        bool __holds = !!(condition);                                                              \
        if (unlikely(__holds && !__already_done)) {                                                \
            __already_done = true;                                                                 \
            statement;                                                                             \
        }                                                                                          \
        unlikely(__holds);                                                                         \
    })
#define printk_once(format, ...) __do_once_lite(true, printk(format, ##__VA_ARGS__))
#define pr_emerg_once(format, ...) printk_once(KERN_EMERG pr_fmt(format), ##__VA_ARGS__)
#define pr_alert_once(format, ...) printk_once(KERN_ALERT pr_fmt(format), ##__VA_ARGS__)
#define pr_crit_once(format, ...) printk_once(KERN_CRIT pr_fmt(format), ##__VA_ARGS__)
#define pr_err_once(format, ...) printk_once(KERN_ERR pr_fmt(format), ##__VA_ARGS__)
#define pr_warn_once(format, ...) printk_once(KERN_WARNING pr_fmt(format), ##__VA_ARGS__)
#define pr_notice_once(format, ...) printk_once(KERN_NOTICE pr_fmt(format), ##__VA_ARGS__)
#define pr_info_once(format, ...) printk_once(KERN_INFO pr_fmt(format), ##__VA_ARGS__)

#include <linux/ratelimit.h>
