// From the type down; every leaf is read on its own, so that one unmapped page hides only itself.
#include "emu/shell/value_tree.hpp"

#include <algorithm>

namespace pagelab::shell {

namespace {

using guest::CKind;
using guest::CType;
using guest::CValue;

constexpr unsigned kMaxDepth = 24;
constexpr size_t kMaxString = 200;

Json unreadable(std::string const& why)
{
    return {{"$unreadable", why}};
}

// As in C source: "\000" and the like for what is no printable ASCII.
std::string escaped(std::string_view text)
{
    std::string result;
    for (char const c : text) {
        auto const byte = static_cast<uint8_t>(c);
        if (c == '\n')
            result += "\\n";
        else if (c == '"' || c == '\\')
            result += {'\\', c};
        else if (byte < 0x20 || byte >= 0x7f)
            result += fmt::format("\\{:03o}", byte);
        else
            result += c;
    }
    return result;
}

std::string letter(uint64_t bits)
{
    char const c = static_cast<char>(bits);
    return fmt::format("{} '{}'", static_cast<int64_t>(bits), c == '\'' ? "\\'" : escaped({&c, 1}));
}

// Readers of JSON keep numbers as doubles.
Json decimal(uint64_t bits, bool is_signed)
{
    constexpr int64_t kExact = int64_t{1} << 53;
    auto const number = static_cast<int64_t>(bits);
    if (is_signed)
        return number < kExact && number > -kExact ? Json(number) : Json(std::to_string(number));
    return bits < kExact ? Json(bits) : Json(std::to_string(bits));
}

std::string unique_name(Json const& record, std::string const& name)
{
    if (!record.contains(name))
        return name;
    for (unsigned i = 2;; ++i) {
        std::string const numbered = name.ends_with(')')
                                         ? fmt::format("{} {})", name.substr(0, name.size() - 1), i)
                                         : fmt::format("{} {}", name, i);
        if (!record.contains(numbered))
            return numbered;
    }
}

} // namespace

Json ValueTree::tree(CValue const& value, unsigned depth)
{
    if (left_ == 0 || depth == kMaxDepth)
        return "...";
    --left_;
    switch (value.type->kind) {
    case CKind::Record:
        return record(value, depth);
    case CKind::Array:
        return array(value, depth);
    case CKind::Void:
        return "void";
    default:
        break;
    }
    auto const bits = values_.load(value);
    return bits ? scalar(*value.type, *bits) : unreadable(bits.error().message);
}

Json ValueTree::record(CValue const& value, unsigned depth)
{
    auto const members = values_.types().members(*value.type);
    if (!members)
        return unreadable("incomplete type");
    Json result = Json::object();
    for (guest::CMember const& member : **members) {
        if (left_ == 0)
            break;
        auto const part = values_.member(value, member);
        std::string name = member.name;
        if (member.is_base)
            name = fmt::format("<{}>", values_.types().spell(*member.type));
        else if (name.empty())
            name = fmt::format("({})", member.type->keyword);
        result[unique_name(result, name)] =
            part ? tree(*part, depth + 1) : unreadable(part.error().message);
    }
    return result;
}

Json ValueTree::array(CValue const& value, unsigned depth)
{
    CType const& element = *value.type->target;
    if (element.kind == CKind::Char && (format_.letter == 'n' || format_.letter == 's'))
        return letters(value);
    uint64_t const count = std::min(value.type->count, format_.elements);
    Json result = Json::array();
    for (uint64_t i = 0; i < count && left_ != 0; ++i) {
        auto const part = values_.element(value, i);
        result.push_back(part ? tree(*part, depth + 1) : unreadable(part.error().message));
    }
    if (result.size() < value.type->count)
        result.push_back("...");
    return result;
}

// To the first NUL, as the array is meant to be read.
Json ValueTree::letters(CValue const& value)
{
    if (!value.address)
        return unreadable("no address");
    auto const text = values_.view().read_string(*value.address,
                                                 std::min(value.type->count, uint64_t{kMaxString}));
    return text ? Json{{"$string", escaped(*text)}} : unreadable(text.error().message);
}

Json ValueTree::scalar(CType const& type, uint64_t bits)
{
    bool const is_pointer = type.kind == CKind::Pointer || type.kind == CKind::Reference ||
                            type.kind == CKind::Function;
    if (format_.letter == 'a' || (is_pointer && (format_.letter == 'n' || format_.letter == 's')))
        return pointer(type, bits);
    if (format_.letter != 'n' && format_.letter != 's')
        return formatted(type, bits);
    switch (type.kind) {
    case CKind::Bool:
        if (bits <= 1)
            return bits != 0;
        return decimal(bits, false);
    case CKind::Char:
        return letter(bits);
    case CKind::Enum:
        return enumerator(type, bits);
    default:
        return decimal(bits, type.is_signed);
    }
}

Json ValueTree::pointer(CType const& type, uint64_t bits)
{
    Json result = {{"$pointer", hex(bits)}};
    if (std::string symbol = bits == 0 ? "" : symbol_at_(bits); !symbol.empty())
        result["$symbol"] = std::move(symbol);
    auto const target = values_.types().target(type);
    if (type.kind != CKind::Pointer || !target || (*target)->kind != CKind::Char || bits == 0)
        return result;
    if (auto const text = values_.view().read_string(VirtAddr(bits), kMaxString))
        result["$string"] = escaped(*text);
    return result;
}

// One enumerator, or several of one bit each; else its number.
Json ValueTree::enumerator(CType const& type, uint64_t bits)
{
    auto const all = values_.types().enumerators(type);
    auto const exact =
        std::ranges::find(all, static_cast<int64_t>(bits), &guest::CEnumerator::value);
    if (exact != all.end())
        return {{"$enum", exact->name}, {"$number", decimal(bits, type.is_signed)}};
    std::string names;
    uint64_t rest = bits;
    for (guest::CEnumerator const& each : all) {
        auto const flag = static_cast<uint64_t>(each.value);
        if (flag == 0 || (flag & (flag - 1)) != 0 || (rest & flag) == 0)
            continue;
        names += (names.empty() ? "" : " | ") + each.name;
        rest &= ~flag;
    }
    if (rest != 0 || names.empty())
        return decimal(bits, type.is_signed);
    return {{"$enum", names}, {"$number", decimal(bits, type.is_signed)}};
}

Json ValueTree::formatted(CType const& type, uint64_t bits) const
{
    uint64_t const bytes = type.size == 0 ? 8 : type.size;
    uint64_t const plain = guest::fitted(bits, bytes, false);
    switch (format_.letter) {
    case 'd':
        return decimal(guest::fitted(bits, bytes, true), true);
    case 'u':
        return decimal(plain, false);
    case 'o':
        return fmt::format("{:#o}", plain);
    case 't':
        return fmt::format("{:#b}", plain);
    case 'c':
        return letter(guest::fitted(bits, 1, true));
    default:
        return hex(plain);
    }
}

} // namespace pagelab::shell
