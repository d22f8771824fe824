// One function for each family; the table at the end says whose letter is whose.
#include "guestkernel/lib/pointer_format.hpp"

#include "guestkernel/lib/errname.hpp"
#include "guestkernel/lib/pointer_data.hpp"

namespace pagelab::lib {

namespace {

constexpr int kPointerDigits = 2 * sizeof(void*);
constexpr intptr_t kMaxErrno = 4095;

bool is_error(void const* pointer)
{
    auto const value = reinterpret_cast<intptr_t>(pointer);
    return value < 0 && value >= -kMaxErrno;
}

// In hexadecimal; as wide as a pointer is, unless the format has a width.
void put_address(text_output const& out, field f, uintptr_t address)
{
    if (f.width == 0) {
        f.width = kPointerDigits + (f.alternate ? 2 : 0);
        f.zero = true;
    }
    f.precision = -1;
    put_number(out, f, f.alternate ? "0x" : "", address, 16);
}

// A 64-bit mix (of MurmurHash3), of which 32 bits are shown.
uint32_t hash(uint64_t value, uint64_t key)
{
    value ^= key;
    value = (value ^ value >> 33) * 0xff51'afd7'ed55'8ccd;
    value = (value ^ value >> 33) * 0xc4ce'b9fe'1a85'ec53;
    return static_cast<uint32_t>(value ^ value >> 33);
}

size_t put_hashed(text_output const& out, field const& f, char const*, void const* pointer)
{
    auto address = reinterpret_cast<uintptr_t>(pointer);
    bool const plain = pointer == nullptr || is_error(pointer);
    if (out.names != nullptr && out.names->hashed && !plain)
        address = hash(address, out.names->key);
    put_address(out, f, address);
    return 0;
}

size_t put_raw(text_output const& out, field const& f, char const*, void const* pointer)
{
    put_address(out, f, reinterpret_cast<uintptr_t>(pointer));
    return 1;
}

size_t put_restricted(text_output const& out, field const& f, char const* letters,
                      void const* pointer)
{
    return put_hashed(out, f, letters, pointer) + 1;
}

size_t put_symbol(text_output const& out, field const& f, char const* letters, void const* pointer)
{
    auto const style = letters[0] == 'S'   ? symbol_style::with_offset
                       : letters[0] == 's' ? symbol_style::name_only
                                           : symbol_style::backtrace;
    char text[kPointerTextSize];
    out.names->symbol(text, reinterpret_cast<uintptr_t>(pointer), style);
    put_text(out, f, text);
    return letters[0] == 'S' && letters[1] == 'R' ? 2 : 1;
}

size_t put_flags(text_output const& out, field const& f, char const* letters, void const* pointer)
{
    char text[kPointerTextSize];
    out.names->flags(text, letters[1], pointer);
    put_text(out, f, text);
    return 2;
}

size_t put_physical(text_output const& out, field const& given, char const* letters,
                    void const* pointer)
{
    field f = given;
    f.zero = true;
    f.precision = -1;
    f.width = 2 + 2 * sizeof(uint64_t);
    put_number(out, f, "0x", *static_cast<uint64_t const*>(pointer), 16);
    return letters[1] == 'p' || letters[1] == 'd' ? 2 : 1;
}

size_t put_error(text_output const& out, field const& f, char const* letters, void const* pointer)
{
    if (!is_error(pointer))
        return put_hashed(out, f, letters, pointer) + 1;
    auto const number = static_cast<int>(-reinterpret_cast<intptr_t>(pointer));
    char text[32];
    char const* const name = errname(number);
    if (name != nullptr)
        snprintf(text, sizeof(text), "-%s", name);
    else
        snprintf(text, sizeof(text), "%d", -number);
    put_text(out, f, text);
    return 1;
}

size_t put_format(text_output const& out, field const&, char const*, void const* pointer)
{
    auto const& inner = *static_cast<va_format const*>(pointer);
    va_list arguments;
    va_copy(arguments, *inner.va);
    vformat(out, inner.fmt, arguments);
    va_end(arguments);
    return 1;
}

enum class reads { nothing, memory }; // whether the pointer is followed

struct family {
    char const* letters;
    reads what;
    size_t (*put)(text_output const& out, field const& f, char const* letters, void const* pointer);
};

constexpr family kFamilies[] = {
    {"x", reads::nothing, put_raw},     {"K", reads::nothing, put_restricted},
    {"S", reads::nothing, put_symbol},  {"s", reads::nothing, put_symbol},
    {"B", reads::nothing, put_symbol},  {"e", reads::nothing, put_error},
    {"a", reads::memory, put_physical}, {"h", reads::memory, put_hex},
    {"Gp", reads::memory, put_flags},   {"Gg", reads::memory, put_flags},
    {"Gv", reads::memory, put_flags},   {"V", reads::memory, put_format},
    {"b", reads::memory, put_bitmap},   {"M", reads::memory, put_mac},
    {"m", reads::memory, put_mac},      {"I4", reads::memory, put_ip4},
    {"i4", reads::memory, put_ip4},     {"U", reads::memory, put_uuid},
};

bool needs_names(family const& known)
{
    return known.put == put_symbol || known.put == put_flags;
}

// How many letters of the family stand at `extension`; 0: it is another's.
size_t match(family const& known, char const* extension)
{
    size_t length = 0;
    for (; known.letters[length] != '\0'; length++) {
        if (extension[length] != known.letters[length])
            return 0;
    }
    return length;
}

} // namespace

bool is_bad_pointer(void const* pointer)
{
    constexpr uintptr_t kFirstPage = 4096;
    return reinterpret_cast<uintptr_t>(pointer) < kFirstPage || is_error(pointer);
}

size_t put_pointer(text_output const& out, field f, char const* extension, void const* pointer)
{
    for (family const& known : kFamilies) {
        size_t const letters = match(known, extension);
        if (letters == 0 || (out.names == nullptr && needs_names(known)))
            continue;
        if (known.what == reads::nothing || !is_bad_pointer(pointer))
            return known.put(out, f, extension, pointer);
        if (known.put == put_hex || known.put == put_bitmap)
            f.width = 0; // it is a count
        put_text(out, f, pointer == nullptr ? "(null)" : "(efault)");
        return letters;
    }
    return put_hashed(out, f, extension, pointer);
}

} // namespace pagelab::lib
