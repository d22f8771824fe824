// A document and its shape, walked side by side.
#include "emu/shell/shape.hpp"

namespace pagelab::shell {

namespace {

bool is_hex(Json const& value)
{
    if (!value.is_string())
        return false;
    std::string_view const text = value.get_ref<std::string const&>();
    return text.size() > 2 && text.starts_with("0x") &&
           text.find_first_not_of("0123456789abcdef", 2) == text.npos;
}

bool is_named(Json const& value, std::string_view name)
{
    if (auto const bar = name.find('|'); bar != name.npos)
        return is_named(value, name.substr(0, bar)) || is_named(value, name.substr(bar + 1));
    return name == "any" || (name == "hex" && is_hex(value)) ||
           (name == "number" && value.is_number()) || (name == "string" && value.is_string()) ||
           (name == "bool" && value.is_boolean());
}

bool is_optional(Json const& shape)
{
    return (shape.is_object() && shape.contains("?")) ||
           (shape.is_string() && shape.get_ref<std::string const&>().ends_with('?'));
}

Result<> compare(Json const& value, Json const& shape, std::string const& where);

Result<> compare_members(Json const& value, Json const& shape, std::string const& where)
{
    if (!value.is_object())
        return fail("{}: {}, not an object", where, value.type_name());
    if (shape.contains("*")) {
        for (auto const& [name, member] : value.items())
            TRY(compare(member, shape["*"], where + "." + name));
        return {};
    }
    for (auto const& [name, member] : value.items())
        if (!shape.contains(name))
            return fail("{}.{}: not in the shape", where, name);
    for (auto const& [name, member] : shape.items()) {
        if (value.contains(name))
            TRY(compare(value[name], member, where + "." + name));
        else if (!is_optional(member))
            return fail("{}.{}: missing", where, name);
    }
    return {};
}

Result<> compare(Json const& value, Json const& shape, std::string const& where)
{
    if (shape.is_object() && shape.contains("?"))
        return value.is_null() ? Result<>() : compare(value, shape["?"], where);
    if (shape.is_object())
        return compare_members(value, shape, where);
    if (shape.is_array()) {
        if (!value.is_array())
            return fail("{}: {}, not an array", where, value.type_name());
        for (size_t i = 0; i < value.size(); ++i)
            TRY(compare(value[i], shape.at(0), fmt::format("{}[{}]", where, i)));
        return {};
    }
    std::string name = shape.get<std::string>();
    if (is_optional(shape)) {
        if (value.is_null())
            return {};
        name.pop_back();
    }
    if (!is_named(value, name))
        return fail("{}: {}, not {}", where, value.dump().substr(0, 40), name);
    return {};
}

} // namespace

Result<> conforms(Json const& document, std::string_view shape)
{
    Json const parsed = Json::parse(shape, nullptr, false);
    if (parsed.is_discarded())
        return fail("the shape is no JSON: {}", shape);
    return compare(document, parsed, "");
}

} // namespace pagelab::shell
