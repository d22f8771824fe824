// Digits and padding.
#include "guestkernel/lib/format_field.hpp"

namespace pagelab::lib {

namespace {

struct digits {
    char text[24]; // 64 bits in octal are 22 digits
    size_t start = sizeof(text);

    void put(char c) { text[--start] = c; }
    size_t count() const { return sizeof(text) - start; }
};

void repeat(text_output const& out, char c, size_t count)
{
    for (; count > 0; count--)
        out.write(out.context, &c, 1);
}

digits to_digits(uint64_t value, unsigned base, letters letters)
{
    char const* const set = letters == letters::kUpper ? "0123456789ABCDEF" : "0123456789abcdef";
    digits result;
    for (; value > UINT32_MAX; value /= base)
        result.put(set[value % base]);
    auto low = static_cast<uint32_t>(value); // 32-bit division is the cheap one on i686
    for (; low != 0; low /= base)
        result.put(set[low % base]);
    return result;
}

} // namespace

void put_padded(text_output const& out, field const& f, char const* text, size_t count)
{
    size_t const padding = as_size(f.width) > count ? as_size(f.width) - count : 0;
    if (!f.left)
        repeat(out, ' ', padding);
    out.write(out.context, text, count);
    if (f.left)
        repeat(out, ' ', padding);
}

void put_text(text_output const& out, field const& f, char const* text)
{
    size_t count = 0;
    while (text[count] != '\0')
        count++;
    put_padded(out, f, text, count);
}

void put_number(text_output const& out, field const& f, char const* prefix, uint64_t value,
                unsigned base, letters letters)
{
    digits number = to_digits(value, base, letters);
    if (value == 0 && f.precision != 0)
        number.put('0');
    size_t prefix_length = 0;
    while (prefix[prefix_length] != '\0')
        prefix_length++;
    size_t const shown = prefix_length + number.count();
    size_t zeros =
        as_size(f.precision) > number.count() ? as_size(f.precision) - number.count() : 0;
    if (f.zero && !f.left && f.precision < 0 && as_size(f.width) > shown)
        zeros = as_size(f.width) - shown;
    size_t const total = shown + zeros;
    size_t const padding = as_size(f.width) > total ? as_size(f.width) - total : 0;
    if (!f.left)
        repeat(out, ' ', padding);
    out.write(out.context, prefix, prefix_length);
    repeat(out, '0', zeros);
    out.write(out.context, number.text + number.start, number.count());
    if (f.left)
        repeat(out, ' ', padding);
}

} // namespace pagelab::lib
