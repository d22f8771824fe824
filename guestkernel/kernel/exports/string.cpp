// linux/string.h. What nobody but modules calls is here; the rest is in lib/string.cpp.
#include "guestkernel/lib/string.hpp"

#include <stdint.h>

#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/lib/ctype.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/minmax.hpp"

using namespace pagelab;

namespace {

bool is_one_of(char c, char const* set)
{
    while (*set != '\0' && *set != c)
        set++;
    return *set != '\0';
}

} // namespace

EXPORT_SYMBOL(memcmp);
EXPORT_SYMBOL(memcpy);
EXPORT_SYMBOL(memmove);
EXPORT_SYMBOL(memset);
EXPORT_SYMBOL(strcmp);
EXPORT_SYMBOL(strlen);
EXPORT_SYMBOL(strncmp);

extern "C" {

void* memchr(void const* bytes, int value, size_t length)
{
    auto const* at = static_cast<unsigned char const*>(bytes);
    for (size_t i = 0; i < length; i++) {
        if (at[i] == static_cast<unsigned char>(value))
            return const_cast<unsigned char*>(at + i);
    }
    return nullptr;
}
EXPORT_SYMBOL(memchr);

size_t strnlen(char const* text, size_t most)
{
    size_t length = 0;
    while (length < most && text[length] != '\0')
        length++;
    return length;
}
EXPORT_SYMBOL(strnlen);

char* strcpy(char* destination, char const* source)
{
    memcpy(destination, source, strlen(source) + 1);
    return destination;
}
EXPORT_SYMBOL(strcpy);

char* strncpy(char* destination, char const* source, size_t length)
{
    size_t const copied = strnlen(source, length);
    memcpy(destination, source, copied);
    memset(destination + copied, 0, length - copied);
    return destination;
}
EXPORT_SYMBOL(strncpy);

char* strcat(char* destination, char const* source)
{
    strcpy(destination + strlen(destination), source);
    return destination;
}
EXPORT_SYMBOL(strcat);

char* strchr(char const* text, int c)
{
    for (;; text++) {
        if (*text == static_cast<char>(c))
            return const_cast<char*>(text);
        if (*text == '\0')
            return nullptr;
    }
}
EXPORT_SYMBOL(strchr);

char* strrchr(char const* text, int c)
{
    for (size_t i = strlen(text) + 1; i-- > 0;) {
        if (text[i] == static_cast<char>(c))
            return const_cast<char*>(text + i);
    }
    return nullptr;
}
EXPORT_SYMBOL(strrchr);

char* strstr(char const* text, char const* wanted)
{
    size_t const length = strlen(wanted);
    for (size_t left = strlen(text); left >= length; left--, text++) {
        if (memcmp(text, wanted, length) == 0)
            return const_cast<char*>(text);
    }
    return nullptr;
}
EXPORT_SYMBOL(strstr);

intptr_t strscpy(char* destination, char const* source, size_t size)
{
    if (size == 0 || size > INTPTR_MAX)
        return -E2BIG;
    size_t const copied = strnlen(source, size - 1);
    memcpy(destination, source, copied);
    destination[copied] = '\0';
    return source[copied] == '\0' ? static_cast<intptr_t>(copied) : -E2BIG;
}
EXPORT_SYMBOL(strscpy);

size_t strlcpy(char* destination, char const* source, size_t size)
{
    strscpy(destination, source, size);
    return strlen(source);
}
EXPORT_SYMBOL(strlcpy);

char* skip_spaces(char const* text)
{
    return lib::skip_spaces(const_cast<char*>(text));
}
EXPORT_SYMBOL(skip_spaces);

char* strim(char* text)
{
    size_t length = strlen(text);
    while (length > 0 && lib::is_space(text[length - 1]))
        length--;
    text[length] = '\0';
    return skip_spaces(text);
}
EXPORT_SYMBOL(strim);

char* strsep(char** text, char const* separators)
{
    char* const first = *text;
    if (first == nullptr)
        return nullptr;
    char* end = first;
    while (*end != '\0' && !is_one_of(*end, separators))
        end++;
    *text = *end == '\0' ? nullptr : end + 1;
    *end = '\0';
    return first;
}
EXPORT_SYMBOL(strsep);

void* kmemdup(void const* bytes, size_t length, mm::gfp_t gfp)
{
    void* const copy = kernel::kmalloc(length, gfp);
    return copy != nullptr ? memcpy(copy, bytes, length) : nullptr;
}
EXPORT_SYMBOL(kmemdup);

char* kstrndup(char const* text, size_t most, mm::gfp_t gfp)
{
    if (text == nullptr)
        return nullptr;
    size_t const length = strnlen(text, most);
    auto* const copy = static_cast<char*>(kernel::kmalloc(length + 1, gfp));
    if (copy == nullptr)
        return nullptr;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}
EXPORT_SYMBOL(kstrndup);

char* kstrdup(char const* text, mm::gfp_t gfp)
{
    return kstrndup(text, SIZE_MAX - 1, gfp);
}
EXPORT_SYMBOL(kstrdup);

} // extern "C"
