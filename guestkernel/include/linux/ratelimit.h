// At most `burst` times in `interval` ticks. Source: Linux 6.1 include/linux/ratelimit.h,
// ratelimit_types.h.
#pragma once

#include <linux/param.h>
#include <linux/printk.h>
#include <linux/spinlock.h>

#define DEFAULT_RATELIMIT_INTERVAL (5 * HZ)
#define DEFAULT_RATELIMIT_BURST 10

struct ratelimit_state {
    raw_spinlock_t lock;
    int interval;
    int burst;
    int printed;
    int missed;
    unsigned long begin; // 0: never
};

__BEGIN_DECLS
int ___ratelimit(struct ratelimit_state* state, char const* function); // 0: not now
__END_DECLS

#define __ratelimit(state) ___ratelimit(state, __func__)
// clang-format off
#define RATELIMIT_STATE_INIT(name, interval, burst) {{0}, interval, burst, 0, 0, 0}
// clang-format on
#define DEFINE_RATELIMIT_STATE(name, interval, burst)                                              \
    struct ratelimit_state name = RATELIMIT_STATE_INIT(name, interval, burst)
#define printk_ratelimited(format, ...)                                                            \
    ({                                                                                             \
        static DEFINE_RATELIMIT_STATE(__limit, DEFAULT_RATELIMIT_INTERVAL,                         \
                                      DEFAULT_RATELIMIT_BURST);                                    \
        if (__ratelimit(&__limit))                                                                 \
            printk(format, ##__VA_ARGS__);                                                         \
    })
#define pr_emerg_ratelimited(format, ...)                                                          \
    printk_ratelimited(KERN_EMERG pr_fmt(format), ##__VA_ARGS__)
#define pr_alert_ratelimited(format, ...)                                                          \
    printk_ratelimited(KERN_ALERT pr_fmt(format), ##__VA_ARGS__)
#define pr_crit_ratelimited(format, ...) printk_ratelimited(KERN_CRIT pr_fmt(format), ##__VA_ARGS__)
#define pr_err_ratelimited(format, ...) printk_ratelimited(KERN_ERR pr_fmt(format), ##__VA_ARGS__)
#define pr_warn_ratelimited(format, ...)                                                           \
    printk_ratelimited(KERN_WARNING pr_fmt(format), ##__VA_ARGS__)
#define pr_notice_ratelimited(format, ...)                                                         \
    printk_ratelimited(KERN_NOTICE pr_fmt(format), ##__VA_ARGS__)
#define pr_info_ratelimited(format, ...) printk_ratelimited(KERN_INFO pr_fmt(format), ##__VA_ARGS__)
