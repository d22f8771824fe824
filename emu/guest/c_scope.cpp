// What names mean: C's own types, then those of the debug information.
#include <algorithm>

#include "emu/guest/c_evaluate.hpp"

namespace pagelab::guest {

namespace {

// "unsigned long int" and the like; null for other words.
CTypePtr c_integer(CTypes const& types, std::string_view name)
{
    unsigned longs = 0, others = 0;
    unsigned bytes = 4;
    bool is_signed = true;
    while (!name.empty()) {
        auto const word = name.substr(0, name.find(' '));
        name.remove_prefix(std::min(name.size(), word.size() + 1));
        if (word == "unsigned")
            is_signed = false;
        else if (word == "long")
            bytes = ++longs == 1 ? types.pointer_size() : 8;
        else if (word == "short")
            bytes = 2;
        else if (word == "char")
            bytes = 1;
        else if (word != "int" && word != "signed")
            ++others;
    }
    return others == 0 ? types.integer(bytes, is_signed) : nullptr;
}

} // namespace

Result<CValue> CScope::variable(std::string_view name) const
{
    if (inner_)
        if (auto found = inner_(name))
            return found;
    auto found = values_.named(name);
    if (!found && outer_)
        if (auto outer = outer_(name))
            return outer;
    return found;
}

Result<CValue> CScope::register_value(std::string_view name) const
{
    if (!registers_)
        return fail("no registers here");
    return registers_(name);
}

Result<CTypePtr> CScope::type_named(std::string_view name) const
{
    CTypes const& types = values_.types();
    if (auto found = types.named(name))
        return found;
    if (name == "void")
        return std::make_shared<CType>();
    if (name == "bool")
        return std::make_shared<CType>(CType{.kind = CKind::Bool, .name = "bool", .size = 1});
    if (CTypePtr integer = c_integer(types, name))
        return integer;
    return fail("no type '{}'", name);
}

bool CScope::is_variable(std::string_view name) const
{
    return variable(name).has_value();
}

CTypePtr CScope::pointer_to(CTypePtr target) const
{
    return values_.types().pointer_to(std::move(target));
}

CTypePtr CScope::array_of(CTypePtr element, uint64_t count) const
{
    return values_.types().array_of(std::move(element), count);
}

} // namespace pagelab::guest
