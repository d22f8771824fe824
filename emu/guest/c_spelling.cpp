// From the inside out, as declarations are read: name, then [n] and (...), then *.
#include <dwarf.h>

#include "emu/guest/dwarf_c_type.hpp"
#include "emu/guest/dwarf_file.hpp"
#include "emu/guest/dwarf_type.hpp"

namespace pagelab::guest {

namespace {

constexpr unsigned kMaxParameters = 64;
constexpr unsigned kMaxFunctions = 2; // pointers to functions that take pointers to functions

// "char *name", but "char *[4]": the blank only where there is something to part.
std::string joined(std::string left, std::string const& declared)
{
    return declared.empty() ? left : left + " " + declared;
}

} // namespace

std::string CTypes::spell(CType const& type, std::string const& declared) const
{
    return spell(type, declared, 0);
}

std::string CTypes::spell(CType const& type, std::string declared, unsigned depth) const
{
    if (depth == kMaxTypeDepth)
        return joined("...", declared);
    if (!type.name.empty())
        return joined(type.name, declared);
    switch (type.kind) {
    case CKind::Pointer:
    case CKind::Reference: {
        auto const pointee = target(type);
        std::string const star = type.kind == CKind::Pointer ? "*" : "&";
        if (!pointee)
            return joined("?", star + declared);
        bool const is_inside = (*pointee)->name.empty() && ((*pointee)->kind == CKind::Function ||
                                                            (*pointee)->kind == CKind::Array);
        declared = is_inside ? "(" + star + declared + ")" : star + declared;
        return spell(**pointee, std::move(declared), depth + 1);
    }
    case CKind::Array: {
        bool const is_pointer = declared.starts_with('*');
        std::string const inner = is_pointer ? "(" + declared + ")" : declared;
        return spell(*type.target, fmt::format("{}[{}]", inner, type.count), depth + 1);
    }
    case CKind::Function: {
        auto const returned = target(type);
        declared += "(" + parameters(type, depth) + ")";
        return returned ? spell(**returned, std::move(declared), depth + 1) : "? " + declared;
    }
    case CKind::Record:
    case CKind::Enum:
        return joined(fmt::format("{} {{...}}", type.keyword), declared);
    default:
        return joined("void", declared);
    }
}

std::string CTypes::parameters(CType const& function, unsigned depth) const
{
    Dwarf_Die entry, child;
    std::string result;
    if (depth > kMaxFunctions)
        return "...";
    if (!table_.file().entry_at(function.entry, entry) || dwarf_child(&entry, &child) != 0)
        return "void";
    unsigned left = kMaxParameters;
    do {
        Dwarf_Die type;
        if (dwarf_tag(&child) == DW_TAG_unspecified_parameters)
            result += result.empty() ? "..." : ", ...";
        if (dwarf_tag(&child) != DW_TAG_formal_parameter || !type_of(child, type))
            continue;
        auto const found = at(dwarf_dieoffset(&type));
        if (!result.empty())
            result += ", ";
        result += found ? spell(**found, "", depth + 1) : "?";
    } while (--left != 0 && dwarf_siblingof(&child, &child) == 0);
    return result.empty() ? "void" : result;
}

} // namespace pagelab::guest
