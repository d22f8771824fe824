// Parsing of numbers and sizes: std::from_chars, whole input or nothing, overflow refused.
#include "emu/base/parse_size.hpp"

#include <charconv>
#include <limits>

namespace pagelab {

Result<uint64_t> parse_number(std::string_view text)
{
    std::string_view digits = text;
    int base = 10;
    if (digits.starts_with("0x") || digits.starts_with("0X")) {
        digits.remove_prefix(2);
        base = 16;
    }
    uint64_t value = 0;
    auto const end = digits.data() + digits.size();
    auto const [parsed_to, status] = std::from_chars(digits.data(), end, value, base);
    if (status == std::errc::result_out_of_range)
        return fail("number '{}' does not fit in 64 bits", text);
    if (status != std::errc{} || parsed_to != end)
        return fail("'{}' is not a number", text);
    return value;
}

Result<uint64_t> parse_size(std::string_view text)
{
    unsigned shift = 0;
    std::string_view digits = text;
    if (!digits.empty()) {
        switch (digits.back()) {
        case 'k':
        case 'K':
            shift = 10;
            break;
        case 'm':
        case 'M':
            shift = 20;
            break;
        case 'g':
        case 'G':
            shift = 30;
            break;
        case 't':
        case 'T':
            shift = 40;
            break;
        default:
            break;
        }
        if (shift != 0)
            digits.remove_suffix(1);
    }
    auto const count = parse_number(digits);
    if (!count)
        return fail("'{}' is not a size; write bytes or 16M, 2G", text);
    if (*count > std::numeric_limits<uint64_t>::max() >> shift)
        return fail("size '{}' does not fit in 64 bits", text);
    return *count << shift;
}

} // namespace pagelab
