// Memory and string functions for the guest.
//
// Copies use REP MOVS (Intel SDM volume 2, REP), of which an emulator pays each repetition: hence
// whole words. Fills store 64 bytes a turn, as Linux does on CPUs without fast strings (memset_orig
// in arch/x86/lib/memset_64.S). The direction flag is clear on entry, as the System V ABI promises.
#include "guestkernel/lib/string.hpp"

namespace {

constexpr size_t kFillStep = 64;

using word [[gnu::may_alias, gnu::aligned(1)]] = unsigned long;

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

// Aligned to lie in one page: code across two is slower under every emulator.
[[gnu::aligned(256)]] void* memset(void* destination, int value, size_t length)
{
    auto* to = static_cast<char*>(destination);
    word const pattern = static_cast<unsigned char>(value) * (~0ul / 0xff);
#pragma clang loop unroll(disable)
    for (; length >= kFillStep; length -= kFillStep, to += kFillStep) {
        auto* const words = reinterpret_cast<word*>(to);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < kFillStep / sizeof(word); i++)
            words[i] = pattern;
    }
#pragma clang loop unroll(disable)
    for (; length >= sizeof(word); length -= sizeof(word), to += sizeof(word))
        *reinterpret_cast<word*>(to) = pattern;
#pragma clang loop unroll(disable)
    for (; length > 0; length--)
        *to++ = static_cast<char>(value);
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
