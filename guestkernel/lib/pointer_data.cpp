// Bytes in hexadecimal, bitmaps, and the addresses and identifiers made of bytes.
#include "guestkernel/lib/pointer_data.hpp"

namespace pagelab::lib {

namespace {

constexpr int kMaxHexBytes = 64; // of %*ph

void put_byte(text_output const& out, unsigned char byte)
{
    char const text[] = {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
    out.write(out.context, text, sizeof(text));
}

void put_bytes(text_output const& out, unsigned char const* bytes, int count, char separator)
{
    for (int i = 0; i < count; i++) {
        if (i > 0 && separator != '\0')
            out.write(out.context, &separator, 1);
        put_byte(out, bytes[i]);
    }
}

bool bit_at(unsigned long const* bitmap, int bit)
{
    constexpr int kBits = 8 * sizeof(long);
    return (bitmap[bit / kBits] >> bit % kBits & 1) != 0;
}

// "0-3,7"
void put_bit_list(text_output const& out, unsigned long const* bitmap, int bits)
{
    char const* comma = "";
    for (int first = 0; first < bits; first++) {
        if (!bit_at(bitmap, first))
            continue;
        int last = first;
        while (last + 1 < bits && bit_at(bitmap, last + 1))
            last++;
        char text[32];
        int const length = last > first
                               ? snprintf(text, sizeof(text), "%s%d-%d", comma, first, last)
                               : snprintf(text, sizeof(text), "%s%d", comma, first);
        out.write(out.context, text, static_cast<size_t>(length));
        comma = ",";
        first = last;
    }
}

// Words of 32 bits, the highest first; its digits are as many as its bits need.
void put_bit_words(text_output const& out, unsigned long const* bitmap, int bits)
{
    for (int word = (bits + 31) / 32 - 1; word >= 0; word--) {
        uint32_t value = 0;
        int const in_word = bits - word * 32 < 32 ? bits - word * 32 : 32;
        for (int bit = 0; bit < in_word; bit++)
            value |= uint32_t{bit_at(bitmap, word * 32 + bit)} << bit;
        char text[16];
        int const length =
            snprintf(text, sizeof(text), word > 0 ? "%0*x," : "%0*x", (in_word + 3) / 4, value);
        out.write(out.context, text, static_cast<size_t>(length));
    }
}

} // namespace

size_t put_hex(text_output const& out, field const& f, char const* letters, void const* pointer)
{
    char const kind = letters[1];
    char const separator = kind == 'C' ? ':' : kind == 'D' ? '-' : kind == 'N' ? '\0' : ' ';
    int const count = f.width == 0 ? 1 : f.width < kMaxHexBytes ? f.width : kMaxHexBytes;
    put_bytes(out, static_cast<unsigned char const*>(pointer), count, separator);
    return kind == 'C' || kind == 'D' || kind == 'N' ? 2 : 1;
}

size_t put_bitmap(text_output const& out, field const& f, char const* letters, void const* pointer)
{
    auto const* const bitmap = static_cast<unsigned long const*>(pointer);
    bool const is_list = letters[1] == 'l';
    if (is_list)
        put_bit_list(out, bitmap, f.width);
    else
        put_bit_words(out, bitmap, f.width);
    return is_list ? 2 : 1;
}

size_t put_mac(text_output const& out, field const&, char const* letters, void const* pointer)
{
    auto const* const mac = static_cast<unsigned char const*>(pointer);
    constexpr int kBytes = 6;
    if (letters[1] == 'R') {
        unsigned char reversed[kBytes];
        for (int i = 0; i < kBytes; i++)
            reversed[i] = mac[kBytes - 1 - i];
        put_bytes(out, reversed, kBytes, ':');
        return 2;
    }
    put_bytes(out, mac, kBytes, letters[0] == 'm' ? '\0' : letters[1] == 'F' ? '-' : ':');
    return letters[1] == 'F' ? 2 : 1;
}

size_t put_ip4(text_output const& out, field const& f, char const* letters, void const* pointer)
{
    auto const* const ip = static_cast<unsigned char const*>(pointer);
    char text[16];
    snprintf(text, sizeof(text), letters[0] == 'i' ? "%03u.%03u.%03u.%03u" : "%u.%u.%u.%u", ip[0],
             ip[1], ip[2], ip[3]);
    put_text(out, f, text);
    return 2;
}

size_t put_uuid(text_output const& out, field const& f, char const* letters, void const* pointer)
{
    static constexpr unsigned char kBig[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    static constexpr unsigned char kLittle[] = {3, 2, 1,  0,  5,  4,  7,  6,
                                                8, 9, 10, 11, 12, 13, 14, 15};
    char const kind = letters[1];
    bool const little = kind == 'l' || kind == 'L';
    bool const upper = kind == 'B' || kind == 'L';
    auto const* const bytes = static_cast<unsigned char const*>(pointer);
    char text[40];
    int length = 0;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text[length++] = '-';
        length += snprintf(text + length, 3, upper ? "%02X" : "%02x",
                           bytes[little ? kLittle[i] : kBig[i]]);
    }
    put_padded(out, f, text, static_cast<size_t>(length));
    return little || upper || kind == 'b' ? 2 : 1;
}

} // namespace pagelab::lib
