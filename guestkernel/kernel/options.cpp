// Options and numbers in text.
#include "guestkernel/kernel/options.hpp"

#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

// The value of a digit in any base up to 16; 16 for what is none.
unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return static_cast<unsigned>(c - '0');
    c |= 0x20; // lower case
    return c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a') + 10 : 16;
}

} // namespace

bool get_option(char const* command_line, char const* name, char* value, size_t size)
{
    size_t const name_length = strlen(name);
    bool found = false;
    for (char const* word = command_line; *word != '\0';) {
        char const* end = word;
        while (*end != '\0' && *end != ' ')
            end++;
        auto const length = static_cast<size_t>(end - word);
        if (length >= name_length && strncmp(word, name, name_length) == 0 &&
            (length == name_length || word[name_length] == '=')) {
            char const* from = length == name_length ? end : word + name_length + 1;
            size_t stored = 0;
            while (from < end && stored < size - 1)
                value[stored++] = *from++;
            value[stored] = '\0';
            found = true;
        }
        word = end;
        while (*word == ' ')
            word++;
    }
    return found;
}

lib::Result<uint64_t> get_number_option(char const* command_line, char const* name,
                                        uint64_t otherwise)
{
    char value[32];
    if (!get_option(command_line, name, value, sizeof(value)))
        return otherwise;
    return parse_number(value);
}

lib::Result<uint64_t> parse_number(char const* text)
{
    bool const hexadecimal = text[0] == '0' && (text[1] | 0x20) == 'x';
    unsigned const base = hexadecimal ? 16 : 10;
    if (hexadecimal)
        text += 2;
    if (*text == '\0')
        return lib::Error{"not a number"};
    uint64_t value = 0;
    for (; *text != '\0'; text++) {
        unsigned const digit = digit_value(*text);
        if (digit >= base)
            return lib::Error{"not a number"};
        if (__builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return lib::Error{"number too large"};
    }
    return value;
}

lib::Result<uint64_t> parse_size(char const* text)
{
    char digits[32];
    size_t const length = strlen(text);
    if (length == 0 || length >= sizeof(digits))
        return lib::Error{"not a size"};
    unsigned shift = 0;
    switch (text[length - 1] | 0x20) {
    case 'k':
        shift = 10;
        break;
    case 'm':
        shift = 20;
        break;
    case 'g':
        shift = 30;
        break;
    default:
        return parse_number(text);
    }
    memcpy(digits, text, length - 1);
    digits[length - 1] = '\0';
    uint64_t const number = TRY(parse_number(digits));
    if (number >> (64 - shift) != 0)
        return lib::Error{"number too large"};
    return number << shift;
}

} // namespace pagelab::kernel
