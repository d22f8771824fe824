// A directive is parsed into a `field`, its argument turned into text, and the text padded.
#include "guestkernel/lib/format.hpp"

#include <stdint.h>

#include "guestkernel/lib/format_field.hpp"
#include "guestkernel/lib/pointer_format.hpp"

namespace pagelab::lib {

namespace {

// va_list by reference: an array type on x86_64 decays when passed, a struct holds it.
struct argument_list {
    va_list list;
};

int64_t signed_argument(argument_list& arguments, length size)
{
    switch (size) {
    case length::kChar:
        return static_cast<signed char>(va_arg(arguments.list, int));
    case length::kShort:
        return static_cast<short>(va_arg(arguments.list, int));
    case length::kInt:
        return va_arg(arguments.list, int);
    case length::kLong:
        return va_arg(arguments.list, long);
    case length::kLongLong:
        return va_arg(arguments.list, long long);
    case length::kSize:
        return va_arg(arguments.list, ptrdiff_t);
    }
    return 0;
}

uint64_t unsigned_argument(argument_list& arguments, length size)
{
    switch (size) {
    case length::kChar:
        return static_cast<unsigned char>(va_arg(arguments.list, unsigned));
    case length::kShort:
        return static_cast<unsigned short>(va_arg(arguments.list, unsigned));
    case length::kInt:
        return va_arg(arguments.list, unsigned);
    case length::kLong:
        return va_arg(arguments.list, unsigned long);
    case length::kLongLong:
        return va_arg(arguments.list, unsigned long long);
    case length::kSize:
        return va_arg(arguments.list, size_t);
    }
    return 0;
}

void put_signed(text_output const& out, field const& f, int64_t value)
{
    char const* const sign = value < 0 ? "-" : f.plus ? "+" : f.space ? " " : "";
    auto const bits = static_cast<uint64_t>(value);
    put_number(out, f, sign, value < 0 ? 0 - bits : bits, 10);
}

void put_string(text_output const& out, field const& f, char const* text)
{
    if (is_bad_pointer(text))
        text = text == nullptr ? "(null)" : "(efault)";
    size_t count = 0;
    while ((f.precision < 0 || count < as_size(f.precision)) && text[count] != '\0')
        count++;
    put_padded(out, f, text, count);
}

// The number or * at `at`; leaves `at` behind it.
int parse_count(char const*& at, argument_list& arguments)
{
    if (*at == '*') {
        at++;
        return va_arg(arguments.list, int);
    }
    constexpr int kMost = 1 << 20; // wider is a mistake, and must not overflow
    int count = 0;
    for (; *at >= '0' && *at <= '9'; at++)
        count = count < kMost ? count * 10 + (*at - '0') : kMost;
    return count;
}

void parse_flags(char const*& at, field& f)
{
    for (;; at++) {
        if (*at == '-')
            f.left = true;
        else if (*at == '0')
            f.zero = true;
        else if (*at == '+')
            f.plus = true;
        else if (*at == ' ')
            f.space = true;
        else if (*at == '#')
            f.alternate = true;
        else
            return;
    }
}

length parse_length(char const*& at)
{
    char const first = *at;
    if (first != 'h' && first != 'l' && first != 'z' && first != 't')
        return length::kInt;
    at++;
    bool const twice = (first == 'h' || first == 'l') && *at == first;
    if (twice)
        at++;
    if (first == 'h')
        return twice ? length::kChar : length::kShort;
    if (first == 'l')
        return twice ? length::kLongLong : length::kLong;
    return length::kSize;
}

field parse_field(char const*& at, argument_list& arguments)
{
    field f;
    parse_flags(at, f);
    f.width = parse_count(at, arguments);
    if (f.width < 0) {
        f.left = true;
        f.width = f.width > -INT32_MAX ? -f.width : 0;
    }
    if (*at == '.') {
        at++;
        f.precision = parse_count(at, arguments);
    }
    f.size = parse_length(at);
    return f;
}

// Prints one directive; `at` stands at its conversion character. False if there is no such one.
bool put_directive(text_output const& out, field f, char conversion, argument_list& arguments)
{
    switch (conversion) {
    case 'd':
    case 'i':
        put_signed(out, f, signed_argument(arguments, f.size));
        return true;
    case 'u':
        put_number(out, f, "", unsigned_argument(arguments, f.size), 10);
        return true;
    case 'o':
        put_number(out, f, f.alternate ? "0" : "", unsigned_argument(arguments, f.size), 8);
        return true;
    case 'x':
    case 'X': {
        bool const upper = conversion == 'X';
        auto const value = unsigned_argument(arguments, f.size);
        char const* const prefix = !f.alternate || value == 0 ? "" : upper ? "0X" : "0x";
        put_number(out, f, prefix, value, 16, upper ? letters::kUpper : letters::kLower);
        return true;
    }
    case 'c': {
        char const c = static_cast<char>(va_arg(arguments.list, int));
        put_padded(out, f, &c, 1);
        return true;
    }
    case 's':
        put_string(out, f, va_arg(arguments.list, char const*));
        return true;
    case '%':
        out.write(out.context, "%", 1);
        return true;
    default:
        return false;
    }
}

struct bounded_buffer {
    char* text;
    size_t size;
    size_t length;
};

void write_bounded(void* context, char const* text, size_t length)
{
    auto& buffer = *static_cast<bounded_buffer*>(context);
    for (size_t i = 0; i < length; i++, buffer.length++) {
        if (buffer.length + 1 < buffer.size)
            buffer.text[buffer.length] = text[i];
    }
}

} // namespace

void vformat(text_output const& output, char const* format, va_list arguments)
{
    argument_list list;
    va_copy(list.list, arguments);
    char const* at = format;
    while (*at != '\0') {
        char const* const literal = at;
        while (*at != '\0' && *at != '%')
            at++;
        if (at != literal)
            output.write(output.context, literal, static_cast<size_t>(at - literal));
        if (*at == '\0')
            break;
        char const* const directive = at++;
        field const f = parse_field(at, list);
        if (*at == 'p') {
            at++;
            at += put_pointer(output, f, at, va_arg(list.list, void*));
            continue;
        }
        if (*at != '\0' && put_directive(output, f, *at, list)) {
            at++;
            continue;
        }
        at += *at != '\0';
        output.write(output.context, directive, static_cast<size_t>(at - directive));
    }
    va_end(list.list);
}

int vsnprintf(char* buffer, size_t size, char const* format, va_list arguments,
              pointer_names const* names)
{
    bounded_buffer bounded{buffer, size, 0};
    vformat({write_bounded, &bounded, names}, format, arguments);
    if (size > 0)
        buffer[bounded.length < size ? bounded.length : size - 1] = '\0';
    return static_cast<int>(bounded.length);
}

int snprintf(char* buffer, size_t size, char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int const length = vsnprintf(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}

} // namespace pagelab::lib
