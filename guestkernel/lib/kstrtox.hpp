// Numbers in text, all of it or none: Linux' kstrto* functions.
//
//   int n; if (kstrto("0x20", 0, &n) == 0) ...
//
// `base` 0 takes 0x for hexadecimal and 0 for octal. A sign may come first ('-' only if T is
// signed), one newline last. 0, or -EINVAL for what is no number, -ERANGE for one that T cannot
// hold; then nothing is stored. Source: Linux 6.1 lib/kstrtox.c.
#pragma once

#include "guestkernel/lib/errno.hpp"

namespace pagelab::lib {

int kstrtoull(char const* text, unsigned base, unsigned long long* result);
int kstrtoll(char const* text, unsigned base, long long* result);

// y, Y, t, T, 1, on: true; n, N, f, F, 0, off: false.
int kstrtobool(char const* text, bool* result);

template<class T>
int kstrto(char const* text, unsigned base, T* result)
{
    constexpr bool kIsSigned = static_cast<T>(-1) < T{};
    int error = 0;
    if constexpr (kIsSigned) {
        long long wide = 0;
        error = kstrtoll(text, base, &wide);
        if (error == 0 && wide != static_cast<T>(wide))
            error = -ERANGE;
        if (error == 0)
            *result = static_cast<T>(wide);
    } else {
        unsigned long long wide = 0;
        error = kstrtoull(text, base, &wide);
        if (error == 0 && wide != static_cast<T>(wide))
            error = -ERANGE;
        if (error == 0)
            *result = static_cast<T>(wide);
    }
    return error;
}

} // namespace pagelab::lib
