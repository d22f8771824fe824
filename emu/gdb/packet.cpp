// Bytes in, items out; nothing here knows what a packet means.
#include "emu/gdb/packet.hpp"

#include <numeric>

#include <fmt/format.h>

namespace pagelab::gdb {

namespace {

constexpr char kEscape = '}', kEscapeBit = 0x20;

uint8_t checksum(std::string_view payload)
{
    return static_cast<uint8_t>(std::accumulate(payload.begin(), payload.end(), 0u));
}

std::optional<unsigned> digit(char c)
{
    if (c >= '0' && c <= '9')
        return static_cast<unsigned>(c - '0');
    char const lower = static_cast<char>(c | 0x20);
    if (lower >= 'a' && lower <= 'f')
        return static_cast<unsigned>(lower - 'a' + 10);
    return std::nullopt;
}

std::string unescape(std::string_view text)
{
    std::string plain;
    for (size_t i = 0; i < text.size(); ++i) {
        bool const escaped = text[i] == kEscape && i + 1 < text.size();
        plain.push_back(escaped ? static_cast<char>(text[++i] ^ kEscapeBit) : text[i]);
    }
    return plain;
}

} // namespace

std::optional<Item> PacketReader::next()
{
    size_t const start = buffer_.find_first_of(std::string{'$', kInterrupt});
    if (start == std::string::npos) {
        buffer_.clear();
        return std::nullopt;
    }
    buffer_.erase(0, start);
    if (buffer_.front() == kInterrupt) {
        buffer_.erase(0, 1);
        return Item{Item::Kind::Interrupt, ""};
    }
    size_t const end = buffer_.find('#');
    if (end == std::string::npos || end + 2 >= buffer_.size()) {
        if (buffer_.size() > kLongest)
            buffer_.clear();
        return std::nullopt;
    }
    std::string const payload = buffer_.substr(1, end - 1);
    std::string_view sum(&buffer_[end + 1], 2);
    bool const good = take_hex(sum) == checksum(payload);
    buffer_.erase(0, end + 3);
    return Item{good ? Item::Kind::Packet : Item::Kind::Damaged, unescape(payload)};
}

std::string make_packet(std::string_view payload)
{
    std::string escaped;
    for (char const c : payload) {
        if (c == '$' || c == '#' || c == kEscape || c == '*') {
            escaped.push_back(kEscape);
            escaped.push_back(static_cast<char>(c ^ kEscapeBit));
        } else {
            escaped.push_back(c);
        }
    }
    return fmt::format("${}#{:02x}", escaped, checksum(escaped));
}

std::string to_hex(std::string_view bytes)
{
    std::string digits;
    for (char const c : bytes)
        digits += fmt::format("{:02x}", static_cast<uint8_t>(c));
    return digits;
}

std::optional<std::string> from_hex(std::string_view digits)
{
    if (digits.size() % 2 != 0)
        return std::nullopt;
    std::string bytes;
    for (size_t i = 0; i < digits.size(); i += 2) {
        auto const high = digit(digits[i]), low = digit(digits[i + 1]);
        if (!high || !low)
            return std::nullopt;
        bytes.push_back(static_cast<char>(*high << 4 | *low));
    }
    return bytes;
}

std::optional<uint64_t> take_hex(std::string_view& text)
{
    uint64_t value = 0;
    size_t length = 0;
    while (length < text.size() && digit(text[length]))
        value = value << 4 | *digit(text[length++]);
    if (length == 0 || length > 16)
        return std::nullopt;
    text.remove_prefix(length);
    return value;
}

bool take(std::string_view& text, std::string_view separator)
{
    if (!text.starts_with(separator))
        return false;
    text.remove_prefix(separator.size());
    return true;
}

} // namespace pagelab::gdb
