// linux/printk.h, linux/ratelimit.h, linux/bug.h, linux/panic.h.
#include "guestkernel/kernel/printk.hpp"

#include "guestkernel/kernel/bug.hpp"
#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/oops.hpp"
#include "guestkernel/kernel/panic.hpp"
#include "guestkernel/kernel/sched/timer.hpp"
#include "guestkernel/kernel/vsprintf.hpp"

using namespace pagelab;

namespace {

constexpr size_t kPanicTextSize = 256;

struct ratelimit_state { // include/linux/ratelimit.h
    lib::spinlock_t lock;
    int interval; // ticks
    int burst;
    int printed;
    int missed;
    unsigned long begin; // 0: never
};

} // namespace

extern "C" {

[[gnu::format(printf, 1, 2)]] int _printk(char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    kernel::vprintk_emit(format, arguments);
    va_end(arguments);
    return 0;
}
EXPORT_SYMBOL(_printk);

int vprintk(char const* format, va_list arguments)
{
    kernel::vprintk_emit(format, arguments);
    return 0;
}
EXPORT_SYMBOL(vprintk);

void dump_stack()
{
    kernel::dump_stack();
}
EXPORT_SYMBOL(dump_stack);

// The text before a WARN.
[[gnu::format(printf, 1, 2)]] void __warn_printk(char const* format, ...)
{
    kernel::printk(kernel::log_level::warning, "------------[ cut here ]------------\n");
    va_list arguments;
    va_start(arguments, format);
    kernel::vprintk_emit(format, arguments);
    va_end(arguments);
}
EXPORT_SYMBOL(__warn_printk);

[[noreturn, gnu::format(printf, 1, 2)]] void panic(char const* format, ...)
{
    char text[kPanicTextSize];
    va_list arguments;
    va_start(arguments, format);
    kernel::vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    kernel::panic("%s", text);
}
EXPORT_SYMBOL(panic);

// Source: Linux 6.1 lib/ratelimit.c.
int ___ratelimit(ratelimit_state* state, char const* function)
{
    unsigned long flags;
    if (state->interval == 0)
        return 1;
    if (!lib::spin_trylock_irqsave(state->lock, flags))
        return 0;
    if (state->begin == 0)
        state->begin = jiffies;
    if (kernel::time_after(jiffies, state->begin + static_cast<unsigned long>(state->interval))) {
        if (state->missed != 0)
            kernel::printk(kernel::log_level::warning, "%s: %d callbacks suppressed\n", function,
                           state->missed);
        state->missed = 0;
        state->begin = jiffies;
        state->printed = 0;
    }
    bool const is_allowed = state->burst > state->printed;
    (is_allowed ? state->printed : state->missed)++;
    lib::spin_unlock_irqrestore(state->lock, flags);
    return is_allowed;
}
EXPORT_SYMBOL(___ratelimit);

} // extern "C"
