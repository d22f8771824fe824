// The longest operator first.
#include "emu/guest/c_token.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace pagelab::guest {

namespace {

constexpr std::array<std::string_view, 30> kSigns = {
    "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "->", "+", "-", "*", "/", "%", "&",
    "|",  "^",  "~",  "!",  "<",  ">",  "(",  ")",  "[",  "]", ".", "@", "?", ":", ","};

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

size_t word_length(std::string_view text)
{
    size_t size = 0;
    while (size < text.size() && (is_letter(text[size]) || is_digit(text[size])))
        ++size;
    return size;
}

// "0x1f", "017", "12", each with any of the suffixes u and l.
Result<CToken> number_token(std::string_view text)
{
    std::string_view digits = text;
    CToken token{.kind = CToken::Kind::Number, .text = std::string(text)};
    int base = 10;
    if (digits.starts_with("0x") || digits.starts_with("0X")) {
        base = 16;
        digits.remove_prefix(2);
    } else if (digits.size() > 1 && digits.front() == '0') {
        base = 8;
    }
    char const* const end = digits.data() + digits.size();
    auto const [rest, error] = std::from_chars(digits.data(), end, token.number, base);
    std::string_view const suffix(rest, static_cast<size_t>(end - rest));
    if (error != std::errc() || suffix.size() > 3 ||
        suffix.find_first_not_of("uUlL") != suffix.npos)
        return fail("'{}' is no number", text);
    token.is_unsigned = suffix.find_first_of("uU") != suffix.npos;
    return token;
}

// 'a', '\n', '\0'
Result<CToken> letter_token(std::string_view& text)
{
    using namespace std::string_view_literals;
    constexpr auto kEscapes = "n\nt\tr\r0\0\\\\''"sv; // each letter, then what it means
    bool const is_escape = text.size() > 3 && text[1] == '\\';
    size_t const size = is_escape ? 4 : 3;
    if (text.size() < size || text[size - 1] != '\'')
        return fail("a letter is wanted between ' and '");
    char letter = text[1];
    if (is_escape) {
        auto const at = kEscapes.find(text[2]);
        if (at == kEscapes.npos || at % 2 != 0)
            return fail("'\\{}' is no letter", text[2]);
        letter = kEscapes[at + 1];
    }
    text.remove_prefix(size);
    return CToken{.kind = CToken::Kind::Letter, .number = static_cast<uint8_t>(letter)};
}

// name::name::name; a leading :: is dropped.
std::string take_name(std::string_view& text)
{
    std::string name;
    while (true) {
        size_t const size = word_length(text);
        name += text.substr(0, size);
        text.remove_prefix(size);
        if (!text.starts_with("::") || text.size() == 2 || !is_letter(text[2]))
            return name;
        if (!name.empty())
            name += "::";
        text.remove_prefix(2);
    }
}

} // namespace

Result<std::vector<CToken>> c_tokens(std::string_view text)
{
    using Kind = CToken::Kind;
    std::vector<CToken> tokens;
    while (!text.empty()) {
        char const c = text.front();
        if (c == ' ' || c == '\t') {
            text.remove_prefix(1);
        } else if (is_digit(c)) {
            size_t const size = word_length(text);
            tokens.push_back(TRY(number_token(text.substr(0, size))));
            text.remove_prefix(size);
        } else if (is_letter(c) || text.starts_with("::")) {
            std::string name = take_name(text);
            if (name.empty())
                return fail("'{}' starts nothing", text);
            tokens.push_back({.kind = Kind::Name, .text = std::move(name)});
        } else if (c == '$') {
            size_t const size = word_length(text.substr(1));
            tokens.push_back({.kind = Kind::Register, .text = std::string(text.substr(1, size))});
            text.remove_prefix(1 + size);
        } else if (c == '\'') {
            tokens.push_back(TRY(letter_token(text)));
        } else {
            auto const* const sign = std::ranges::find_if(
                kSigns, [&](std::string_view each) { return text.starts_with(each); });
            if (sign == kSigns.end())
                return fail("'{}' starts nothing", text);
            tokens.push_back({.kind = Kind::Sign, .text = std::string(*sign)});
            text.remove_prefix(sign->size());
        }
    }
    tokens.push_back({});
    return tokens;
}

} // namespace pagelab::guest
