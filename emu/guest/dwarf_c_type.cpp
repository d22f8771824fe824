// One DWARF entry becomes one CType; its children are read when they are asked for.
#include "emu/guest/dwarf_c_type.hpp"

#include <dwarf.h>

#include "emu/guest/dwarf_file.hpp"
#include "emu/guest/dwarf_type.hpp"

namespace pagelab::guest {

namespace {

std::string name_of(Dwarf_Die& entry)
{
    char const* const name = dwarf_diename(&entry);
    return name != nullptr ? name : "";
}

CType base_type(Dwarf_Die& entry)
{
    CType type{.name = name_of(entry), .size = number(entry, DW_AT_byte_size).value_or(0)};
    auto const encoding = number(entry, DW_AT_encoding).value_or(DW_ATE_unsigned);
    type.is_signed = encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
    if (encoding == DW_ATE_boolean)
        type.kind = CKind::Bool;
    else if ((encoding == DW_ATE_signed_char || encoding == DW_ATE_unsigned_char) && type.size == 1)
        type.kind = CKind::Char;
    else
        type.kind = type.is_signed ? CKind::Signed : CKind::Unsigned;
    return type;
}

CType tagged(Dwarf_Die& entry, CKind kind, char const* keyword)
{
    return {.kind = kind,
            .name = name_of(entry),
            .keyword = keyword,
            .size = number(entry, DW_AT_byte_size).value_or(0),
            .entry = dwarf_dieoffset(&entry)};
}

CType enumeration(Dwarf_Die& entry)
{
    CType type = tagged(entry, CKind::Enum, "enum");
    Dwarf_Die base;
    if (type_of(entry, base)) {
        auto const found = underlying(base);
        if (found) {
            base = *found;
            type.is_signed = base_type(base).is_signed;
        }
    }
    return type;
}

} // namespace

Result<CTypePtr> CTypes::at(uint64_t entry) const
{
    return read(entry, 0);
}

Result<CTypePtr> CTypes::read(uint64_t offset, unsigned depth) const
{
    if (auto const known = types_.find(offset); known != types_.end())
        return known->second;
    Dwarf_Die entry;
    if (depth == kMaxTypeDepth || !table_.file().entry_at(offset, entry))
        return fail("debug information: no type at offset {:#x}", offset);
    if (dwarf_tag(&entry) == DW_TAG_array_type)
        return types_[offset] = TRY(read_array(entry, depth));
    CType type = TRY(read_one(entry, depth));
    // Only declared here: defined elsewhere, if at all.
    if (dwarf_hasattr(&entry, DW_AT_declaration))
        if (auto const defined = table_.find(type.name); defined && defined->entry != offset)
            return types_[offset] = TRY(read(defined->entry, depth + 1));
    return types_[offset] = std::make_shared<CType>(std::move(type));
}

Result<CTypePtr> CTypes::read_array(Dwarf_Die entry, unsigned depth) const
{
    Dwarf_Die element;
    if (!type_of(entry, element))
        return fail("debug information: an array of nothing");
    CTypePtr made = TRY(read(dwarf_dieoffset(&element), depth + 1));
    auto const dimensions = TRY(dimensions_of(entry));
    for (size_t i = dimensions.size(); i-- > 0;)
        made = array_of(made, dimensions[i]);
    return made;
}

Result<CType> CTypes::read_one(Dwarf_Die entry, unsigned depth) const
{
    auto const named_type = [&]() -> Result<CType> {
        Dwarf_Die next;
        if (!type_of(entry, next))
            return CType{};
        return *TRY(read(dwarf_dieoffset(&next), depth + 1));
    };
    CType type;
    int const tag = dwarf_tag(&entry);
    switch (tag) {
    case DW_TAG_typedef:
        type = TRY(named_type());
        type.name = name_of(entry);
        type.keyword = "";
        break;
    case DW_TAG_const_type:
    case DW_TAG_volatile_type:
        type = TRY(named_type());
        if (type.kind == CKind::Void || !type.name.empty())
            type.name = (tag == DW_TAG_const_type ? "const " : "volatile ") +
                        (type.kind == CKind::Void && type.name.empty() ? "void" : type.name);
        break;
    case DW_TAG_atomic_type:
    case DW_TAG_restrict_type:
        type = TRY(named_type());
        break;
    case DW_TAG_pointer_type:
    case DW_TAG_reference_type:
    case DW_TAG_rvalue_reference_type: {
        Dwarf_Die next;
        type.kind = tag == DW_TAG_pointer_type ? CKind::Pointer : CKind::Reference;
        type.size = pointer_size();
        type.entry = type_of(entry, next) ? dwarf_dieoffset(&next) : 0;
        break;
    }
    case DW_TAG_structure_type:
        type = tagged(entry, CKind::Record, "struct");
        break;
    case DW_TAG_class_type:
        type = tagged(entry, CKind::Record, "class");
        break;
    case DW_TAG_union_type:
        type = tagged(entry, CKind::Record, "union");
        break;
    case DW_TAG_enumeration_type:
        type = enumeration(entry);
        break;
    case DW_TAG_subroutine_type:
    case DW_TAG_subprogram:
        type = {.kind = CKind::Function, .entry = dwarf_dieoffset(&entry)};
        break;
    case DW_TAG_base_type:
        type = base_type(entry);
        break;
    default:
        type.name = name_of(entry);
        break;
    }
    return type;
}

Result<CTypePtr> CTypes::named(std::string_view name) const
{
    if (auto const colons = name.rfind("::"); colons != name.npos)
        name.remove_prefix(colons + 2);
    return at(TRY(table_.find(name)).entry);
}

Result<CTypePtr> CTypes::target(CType const& type) const
{
    if (type.target != nullptr)
        return type.target;
    if (type.kind == CKind::Function) {
        Dwarf_Die entry, result;
        if (table_.file().entry_at(type.entry, entry) && type_of(entry, result))
            return at(dwarf_dieoffset(&result));
        return std::make_shared<CType>();
    }
    return type.entry == 0 ? std::make_shared<CType>() : at(type.entry);
}

CTypePtr CTypes::pointer_to(CTypePtr target) const
{
    return std::make_shared<CType>(
        CType{.kind = CKind::Pointer, .size = table_.pointer_size(), .target = std::move(target)});
}

CTypePtr CTypes::array_of(CTypePtr element, uint64_t count) const
{
    uint64_t size = 0;
    if (__builtin_mul_overflow(element->size, count, &size))
        size = 0;
    return std::make_shared<CType>(
        CType{.kind = CKind::Array, .size = size, .count = count, .target = std::move(element)});
}

CTypePtr CTypes::integer(unsigned bytes, bool is_signed) const
{
    CKind const kind = bytes == 1 ? CKind::Char : is_signed ? CKind::Signed : CKind::Unsigned;
    bool const is_long = bytes == pointer_size() && bytes == 8;
    char const* const name = bytes == 1   ? "char"
                             : bytes == 2 ? "short"
                             : bytes == 4 ? "int"
                             : is_long    ? "long"
                                          : "long long";
    return std::make_shared<CType>(CType{.kind = kind,
                                         .name = is_signed ? name : std::string("unsigned ") + name,
                                         .size = bytes,
                                         .is_signed = is_signed});
}

} // namespace pagelab::guest
