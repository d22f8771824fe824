// Words to numbers and bytes.
#include "emu/shell/memory_words.hpp"

#include <charconv>

#include "emu/base/parse_size.hpp"

namespace pagelab::shell {

Result<uint64_t> parse_length(Session& session, std::string const& text)
{
    auto const size = parse_size(text);
    uint64_t const length = size ? *size : TRY(session.evaluate(text));
    if (length == 0)
        return fail("a size of 0 bytes");
    return length;
}

Result<unsigned> parse_unit(std::string_view word)
{
    constexpr std::string_view kUnits = "bhwg";
    auto const unit = word.size() == 2 ? kUnits.find(word[1]) : kUnits.npos;
    if (unit == kUnits.npos)
        return fail("unit '{}': /b, /h, /w and /g are known", word);
    return 1u << unit;
}

Result<uint64_t> value_that_fits(Session& session, std::string const& text, unsigned bytes)
{
    uint64_t const value = TRY(session.evaluate(text));
    unsigned const unused = 64 - 8 * bytes;
    bool const fits = value << unused >> unused == value;
    auto const as_signed = static_cast<int64_t>(value);
    if (!fits && as_signed << unused >> unused != as_signed)
        return fail("{:#x} does not fit into {} bytes", value, bytes);
    return value << unused >> unused;
}

Result<std::vector<std::byte>> parse_bytes(std::string_view text)
{
    std::vector<std::byte> bytes;
    for (size_t at = 0; at < text.size();) {
        if (text[at] == ' ') {
            ++at;
            continue;
        }
        unsigned value = 0;
        auto const digits = text.substr(at, 2);
        auto const [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (error != std::errc() || digits.size() != 2 || end != digits.data() + 2)
            return fail("'{}': bytes are pairs of hexadecimal digits", text);
        bytes.push_back(static_cast<std::byte>(value));
        at += 2;
    }
    return bytes;
}

std::string bytes_text(std::span<std::byte const> bytes)
{
    std::string text;
    for (std::byte const byte : bytes)
        text += fmt::format("{}{:02x}", text.empty() ? "" : " ", static_cast<unsigned>(byte));
    return text;
}

} // namespace pagelab::shell
