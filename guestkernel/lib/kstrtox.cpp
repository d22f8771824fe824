// Digits to a number that may be too large.
#include "guestkernel/lib/kstrtox.hpp"

namespace pagelab::lib {

namespace {

constexpr unsigned kNoDigit = 16;

unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return static_cast<unsigned>(c - '0');
    char const lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a') + 10 : kNoDigit;
}

// The base that a prefix tells; steps over "0x".
unsigned find_base(char const*& text, unsigned base)
{
    bool const has_x =
        text[0] == '0' && (text[1] | 0x20) == 'x' && digit_value(text[2]) != kNoDigit;
    if (base == 0)
        base = has_x ? 16 : text[0] == '0' ? 8 : 10;
    if (base == 16 && has_x)
        text += 2;
    return base;
}

// A whole number without sign.
int parse_magnitude(char const* text, unsigned base, unsigned long long* result)
{
    base = find_base(text, base);
    unsigned long long value = 0;
    bool overflow = false;
    unsigned digits = 0;
    for (; digit_value(*text) < base; text++, digits++)
        overflow = __builtin_mul_overflow(value, base, &value) ||
                   __builtin_add_overflow(value, digit_value(*text), &value) || overflow;
    if (overflow)
        return -ERANGE;
    if (*text == '\n')
        text++;
    if (digits == 0 || *text != '\0')
        return -EINVAL;
    *result = value;
    return 0;
}

} // namespace

int kstrtoull(char const* text, unsigned base, unsigned long long* result)
{
    return parse_magnitude(*text == '+' ? text + 1 : text, base, result);
}

int kstrtoll(char const* text, unsigned base, long long* result)
{
    constexpr unsigned long long kMax = ~0ull >> 1;
    bool const negative = *text == '-';
    unsigned long long magnitude = 0;
    int const error =
        negative ? parse_magnitude(text + 1, base, &magnitude) : kstrtoull(text, base, &magnitude);
    if (error != 0)
        return error;
    if (magnitude > kMax + (negative ? 1 : 0))
        return -ERANGE;
    *result = static_cast<long long>(negative ? 0 - magnitude : magnitude);
    return 0;
}

int kstrtobool(char const* text, bool* result)
{
    char const first = static_cast<char>(text[0] | 0x20);
    char const second = text[0] != '\0' ? static_cast<char>(text[1] | 0x20) : '\0';
    if (first == 'y' || first == 't' || text[0] == '1' || (first == 'o' && second == 'n'))
        *result = true;
    else if (first == 'n' || first == 'f' || text[0] == '0' || (first == 'o' && second == 'f'))
        *result = false;
    else
        return -EINVAL;
    return 0;
}

} // namespace pagelab::lib
