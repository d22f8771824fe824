// printk as modules call it: the level is the text's first two bytes, as "\0016".
//
// Source: Linux 6.1 include/linux/kern_levels.h, kernel/printk/printk.c (printk_get_level).
#include "guestkernel/kernel/printk.hpp"

#include "guestkernel/kernel/export.hpp"

extern "C" [[gnu::format(printf, 1, 2)]] int _printk(char const* format, ...);

int _printk(char const* format, ...)
{
    using namespace pagelab;
    auto level = kernel::log_level::warning;
    if (format[0] == '\001' && format[1] >= '0' && format[1] <= '7') {
        level = static_cast<kernel::log_level>(format[1] - '0');
        format += 2;
    }
    va_list arguments;
    va_start(arguments, format);
    kernel::vprintk(level, format, arguments);
    va_end(arguments);
    return 0;
}
EXPORT_SYMBOL(_printk);
