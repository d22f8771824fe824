// Which words make a type.
#include "emu/guest/c_type_parser.hpp"

#include <array>

namespace pagelab::guest {

namespace {

constexpr unsigned kMaxDepth = 300;

constexpr std::array<std::string_view, 8> kTypeWords = {"unsigned", "signed", "char", "short",
                                                        "int",      "long",   "bool", "void"};
constexpr std::array<std::string_view, 6> kTypePrefixes = {"struct", "union", "class",
                                                           "enum",   "const", "volatile"};

bool is_one_of(std::string_view word, auto const& words)
{
    return std::ranges::find(words, word) != words.end();
}

bool is_const(CToken const& token)
{
    return token.kind == CToken::Kind::Name && (token.text == "const" || token.text == "volatile");
}

} // namespace

bool CTypeParser::is_sign(std::string_view sign) const
{
    return next().kind == CToken::Kind::Sign && next().text == sign;
}

bool CTypeParser::take(std::string_view sign)
{
    if (!is_sign(sign))
        return false;
    ++at_;
    return true;
}

Result<> CTypeParser::want(std::string_view sign)
{
    if (!take(sign))
        return fail("'{}' is wanted {}", sign, where());
    return {};
}

std::string CTypeParser::where() const
{
    CToken const& token = next();
    return token.kind == CToken::Kind::End ? "at the end" : fmt::format("before '{}'", token.text);
}

Result<> CTypeParser::at_end() const
{
    if (next().kind != CToken::Kind::End)
        return fail("'{}' is not expected here", next().text);
    return {};
}

Result<> CTypeParser::deeper()
{
    if (++depth_ == kMaxDepth)
        return fail("an expression of more than {} operators", kMaxDepth);
    return {};
}

bool CTypeParser::is_type(Among others) const
{
    size_t const at = at_ + 1;
    CToken const& token = tokens_[at];
    if (token.kind != CToken::Kind::Name)
        return false;
    if (is_one_of(token.text, kTypeWords) || is_one_of(token.text, kTypePrefixes))
        return true;
    if (!names_.type_named(token.text))
        return false;
    bool const is_pointer =
        tokens_[at + 1].text == "*" && (tokens_[at + 2].text == ")" || tokens_[at + 2].text == "*");
    return is_pointer || (others == Among::Types && tokens_[at + 1].text == ")") ||
           !names_.is_variable(token.text);
}

Result<CTypePtr> CTypeParser::type()
{
    std::string name;
    bool is_plain = true; // of words like "unsigned" alone
    for (; next().kind == CToken::Kind::Name; ++at_) {
        std::string const& word = next().text;
        if (is_one_of(word, kTypePrefixes))
            continue;
        bool const is_word = is_one_of(word, kTypeWords);
        if (!name.empty() && !(is_plain && is_word))
            break;
        name += (name.empty() ? "" : " ") + word;
        is_plain = is_word;
    }
    if (name.empty())
        return fail("a type is wanted {}", where());
    CTypePtr result = TRY(names_.type_named(name));
    for (; is_sign("*") || is_const(next()); ++at_) {
        TRY(deeper());
        if (is_sign("*"))
            result = names_.pointer_to(result);
    }
    std::vector<uint64_t> counts;
    while (take("[")) {
        if (next().kind != CToken::Kind::Number)
            return fail("a number is wanted {}", where());
        counts.push_back(next().number);
        ++at_;
        TRY(want("]"));
        TRY(deeper());
    }
    for (size_t i = counts.size(); i-- > 0;)
        result = names_.array_of(result, counts[i]);
    return result;
}

Result<CTypePtr> parse_type(std::string_view text, CTypeNames const& names)
{
    CTypeParser parser(TRY(c_tokens(text)), names);
    CTypePtr result = TRY(parser.type());
    TRY(parser.at_end());
    return result;
}

} // namespace pagelab::guest
