// Memory and string functions for the guest, by the CPU's own string instructions.
//
// REP MOVS and REP STOS (Intel SDM volume 2, REP) repeat in the CPU; an emulator pays per element,
// hence whole words. The direction flag is clear on entry, as the System V ABI promises.
#include "guestkernel/lib/string.hpp"

namespace {

// Words first, the odd bytes last; each REP advances the pointers and leaves the count at 0.
void copy_forward(void* to, void const* from, size_t length)
{
    size_t words = length / sizeof(long);
    size_t bytes = length % sizeof(long);
    if constexpr (sizeof(long) == 8)
        asm volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
    else
        asm volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
    asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

} // namespace

extern "C" {

void* memcpy(void* destination, void const* source, size_t length)
{
    copy_forward(destination, source, length);
    return destination;
}

void* memmove(void* destination, void const* source, size_t length)
{
    auto* to = static_cast<char*>(destination);
    auto const* from = static_cast<char const*>(source);
    if (to <= from || to >= from + length)
        return memcpy(destination, source, length);
    to += length - 1;
    from += length - 1;
    asm volatile("std; rep movsb; cld" : "+D"(to), "+S"(from), "+c"(length) : : "memory");
    return destination;
}

void* memset(void* destination, int value, size_t length)
{
    void* to = destination;
    unsigned long const pattern = static_cast<unsigned char>(value) * (~0ul / 0xff);
    size_t words = length / sizeof(long);
    size_t bytes = length % sizeof(long);
    if constexpr (sizeof(long) == 8)
        asm volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(pattern) : "memory");
    else
        asm volatile("rep stosl" : "+D"(to), "+c"(words) : "a"(pattern) : "memory");
    asm volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(pattern) : "memory");
    return destination;
}

int memcmp(void const* left, void const* right, size_t length)
{
    auto const* a = static_cast<unsigned char const*>(left);
    auto const* b = static_cast<unsigned char const*>(right);
    for (; length > 0; length--, a++, b++) {
        if (*a != *b)
            return *a < *b ? -1 : 1;
    }
    return 0;
}

size_t strlen(char const* text)
{
    size_t length = 0;
    while (text[length] != '\0')
        length++;
    return length;
}

int strncmp(char const* left, char const* right, size_t length)
{
    for (; length > 0; length--, left++, right++) {
        auto const a = static_cast<unsigned char>(*left);
        auto const b = static_cast<unsigned char>(*right);
        if (a != b)
            return a < b ? -1 : 1;
        if (a == '\0')
            return 0;
    }
    return 0;
}

int strcmp(char const* left, char const* right)
{
    return strncmp(left, right, ~size_t{0});
}
}
