// printk as modules call it.
#include "guestkernel/kernel/printk.hpp"

#include "guestkernel/kernel/export.hpp"

extern "C" [[gnu::format(printf, 1, 2)]] int _printk(char const* format, ...);

int _printk(char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    pagelab::kernel::vprintk_emit(format, arguments);
    va_end(arguments);
    return 0;
}
EXPORT_SYMBOL(_printk);
