// Letters in, digits out.
#include "emu/shell/display_format.hpp"

#include <charconv>

namespace pagelab::shell {

namespace {

unsigned unit_bytes(char letter)
{
    switch (letter) {
    case 'b':
        return 1;
    case 'h':
        return 2;
    case 'w':
        return 4;
    case 'g':
        return 8;
    default:
        return 0;
    }
}

unsigned default_unit(char format, unsigned pointer_bytes)
{
    if (format == 'a')
        return pointer_bytes;
    return format == 'c' || format == 's' ? 1 : 4;
}

int64_t sign_extended(uint64_t value, unsigned bytes)
{
    unsigned const unused = 64 - 8 * bytes;
    return static_cast<int64_t>(value << unused) >> unused;
}

} // namespace

unsigned DisplayFormat::per_line() const
{
    if (format == 's')
        return 1;
    if (format == 't')
        return bytes == 8 ? 1 : 8 / bytes;
    return bytes == 1 ? 8 : 16 / bytes;
}

Result<DisplayFormat> parse_display_format(std::string_view text, unsigned pointer_bytes)
{
    DisplayFormat result;
    std::string_view rest = text.substr(1);
    if (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
        auto const [end, error] =
            std::from_chars(rest.data(), rest.data() + rest.size(), result.count);
        if (error != std::errc() || result.count == 0 || result.count > kMaxDisplayCount)
            return fail("format '{}': the count is 1 to {}", text, kMaxDisplayCount);
        rest.remove_prefix(static_cast<size_t>(end - rest.data()));
    }
    unsigned unit = 0;
    for (char const letter : rest) {
        if (unsigned const bytes = unit_bytes(letter); bytes != 0)
            unit = bytes;
        else if (std::string_view("xduotcsai").find(letter) != std::string_view::npos)
            result.format = letter;
        else
            return fail("format '{}': '{}' is neither a format (x d u o t c s a i) nor a unit "
                        "(b h w g)",
                        text, letter);
    }
    result.bytes = unit != 0 ? unit : default_unit(result.format, pointer_bytes);
    if (result.format == 's')
        result.bytes = 1;
    return result;
}

std::string format_value(uint64_t value, DisplayFormat const& format)
{
    switch (format.format) {
    case 'd':
        return fmt::format("{}", sign_extended(value, format.bytes));
    case 'u':
        return fmt::format("{}", value);
    case 'o':
        return fmt::format("0{:o}", value);
    case 't':
        return fmt::format("{:0{}b}", value, 8 * format.bytes);
    case 'c':
        return fmt::format("{} '{}'", sign_extended(value, format.bytes),
                           escaped(static_cast<unsigned char>(value)));
    case 'a':
        return fmt::format("{:#x}", value);
    default:
        return fmt::format("0x{:0{}x}", value, 2 * format.bytes);
    }
}

std::string escaped(unsigned char character)
{
    switch (character) {
    case '\n':
        return "\\n";
    case '\t':
        return "\\t";
    case '\r':
        return "\\r";
    case '\\':
        return "\\\\";
    case '\'':
        return "\\'";
    case '"':
        return "\\\"";
    default:
        break;
    }
    if (character >= 0x20 && character < 0x7f)
        return std::string(1, static_cast<char>(character));
    return fmt::format("\\{:03o}", character);
}

} // namespace pagelab::shell
