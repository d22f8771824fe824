// linux/sprintf.h, linux/kstrtox.h.
#include <stdint.h>

#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/kernel/vsprintf.hpp"
#include "guestkernel/lib/kstrtox.hpp"
#include "guestkernel/lib/minmax.hpp"

using namespace pagelab;

#define EXPORT_KSTRTO(name, type)                                                                  \
    int name(char const* text, unsigned base, type* result)                                        \
    {                                                                                              \
        return lib::kstrto(text, base, result);                                                    \
    }                                                                                              \
    EXPORT_SYMBOL(name)

extern "C" {

int vsnprintf(char* buffer, size_t size, char const* format, va_list arguments)
{
    return kernel::vsnprintf(buffer, size, format, arguments);
}
EXPORT_SYMBOL(vsnprintf);

// The length written, not the one wanted.
int vscnprintf(char* buffer, size_t size, char const* format, va_list arguments)
{
    int const wanted = vsnprintf(buffer, size, format, arguments);
    int const room = size > 0 ? static_cast<int>(size - 1) : 0;
    return lib::min(wanted, room);
}
EXPORT_SYMBOL(vscnprintf);

int vsprintf(char* buffer, char const* format, va_list arguments)
{
    return vsnprintf(buffer, INT32_MAX, format, arguments);
}
EXPORT_SYMBOL(vsprintf);

int snprintf(char* buffer, size_t size, char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int const length = vsnprintf(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}
EXPORT_SYMBOL(snprintf);

int scnprintf(char* buffer, size_t size, char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int const length = vscnprintf(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}
EXPORT_SYMBOL(scnprintf);

int sprintf(char* buffer, char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int const length = vsprintf(buffer, format, arguments);
    va_end(arguments);
    return length;
}
EXPORT_SYMBOL(sprintf);

char* kasprintf(mm::gfp_t gfp, char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    auto const size = static_cast<size_t>(vsnprintf(nullptr, 0, format, arguments)) + 1;
    auto* const text = static_cast<char*>(kernel::kmalloc(size, gfp));
    if (text != nullptr)
        vsnprintf(text, size, format, again);
    va_end(again);
    va_end(arguments);
    return text;
}
EXPORT_SYMBOL(kasprintf);

EXPORT_KSTRTO(kstrtoull, unsigned long long);
EXPORT_KSTRTO(kstrtoll, long long);
EXPORT_KSTRTO(kstrtouint, unsigned);
EXPORT_KSTRTO(kstrtoint, int);
EXPORT_KSTRTO(kstrtou16, uint16_t);
EXPORT_KSTRTO(kstrtou8, uint8_t);

int kstrtobool(char const* text, bool* result)
{
    return lib::kstrtobool(text, result);
}
EXPORT_SYMBOL(kstrtobool);

} // extern "C"
