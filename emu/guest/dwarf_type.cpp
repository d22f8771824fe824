// Reads single DWARF attributes; a missing or nonsensical one is an error of the file.
#include "emu/guest/dwarf_type.hpp"

#include <dwarf.h>

namespace pagelab::guest {

namespace {

constexpr uint64_t kMaxMembers = 10'000; // visited for one name

bool is_record(Dwarf_Die& entry)
{
    int const tag = dwarf_tag(&entry);
    return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
}

Kind kind_of_integer(Dwarf_Die& base)
{
    auto const encoding = number(base, DW_AT_encoding);
    bool const is_signed = encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
    return is_signed ? Kind::Signed : Kind::Unsigned;
}

Result<uint64_t> product(uint64_t a, uint64_t b)
{
    uint64_t result = 0;
    if (__builtin_mul_overflow(a, b, &result))
        return fail("debug information: an array of {} times {} bytes", a, b);
    return result;
}

std::optional<FoundMember> find_member(Dwarf_Die record, std::string_view name, unsigned depth,
                                       uint64_t& entries_left);

// The member `entry` itself, or one inside it when it has no name of its own.
std::optional<FoundMember> match_member(Dwarf_Die& entry, std::string_view name, unsigned depth,
                                        uint64_t& entries_left)
{
    int const tag = dwarf_tag(&entry);
    if (tag != DW_TAG_member && tag != DW_TAG_inheritance)
        return {};
    Dwarf_Die type;
    if (dwarf_hasattr(&entry, DW_AT_bit_size) || !type_of(entry, type))
        return {};
    uint64_t const offset = number(entry, DW_AT_data_member_location).value_or(0);
    char const* const entry_name = dwarf_diename(&entry);
    if (entry_name != nullptr && tag == DW_TAG_member) {
        if (name == entry_name)
            return FoundMember{type, offset};
        return {};
    }
    auto const inner_record = underlying(type);
    if (!inner_record)
        return {};
    auto inner = find_member(*inner_record, name, depth + 1, entries_left);
    if (inner)
        inner->offset += offset;
    return inner;
}

std::optional<FoundMember> find_member(Dwarf_Die record, std::string_view name, unsigned depth,
                                       uint64_t& entries_left)
{
    Dwarf_Die entry;
    if (depth == kMaxTypeDepth || !is_record(record) || dwarf_child(&record, &entry) != 0)
        return {};
    do {
        if (entries_left == 0)
            return {};
        entries_left--;
        if (auto const found = match_member(entry, name, depth, entries_left))
            return found;
    } while (dwarf_siblingof(&entry, &entry) == 0);
    return {};
}

} // namespace

std::optional<uint64_t> number(Dwarf_Die& entry, unsigned attribute_name)
{
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (dwarf_formudata(dwarf_attr_integrate(&entry, attribute_name, &attribute), &value) != 0)
        return {};
    return value;
}

bool type_of(Dwarf_Die& entry, Dwarf_Die& type)
{
    Dwarf_Attribute attribute;
    return dwarf_formref_die(dwarf_attr_integrate(&entry, DW_AT_type, &attribute), &type) !=
           nullptr;
}

Result<Dwarf_Die> underlying(Dwarf_Die type)
{
    for (unsigned depth = 0; depth < kMaxTypeDepth; depth++) {
        switch (dwarf_tag(&type)) {
        case DW_TAG_typedef:
        case DW_TAG_const_type:
        case DW_TAG_volatile_type:
        case DW_TAG_atomic_type:
        case DW_TAG_restrict_type: {
            Dwarf_Die next;
            if (!type_of(type, next))
                return fail("debug information: a type without a size");
            type = next;
            break;
        }
        default:
            return type;
        }
    }
    return fail("debug information: types defined by themselves");
}

Result<std::vector<uint64_t>> dimensions_of(Dwarf_Die& array)
{
    std::vector<uint64_t> dimensions;
    Dwarf_Die range;
    int more = dwarf_child(&array, &range);
    for (unsigned children = 0; more == 0; children++) {
        if (children == kMaxTypeDepth)
            return fail("debug information: an array of more than {} dimensions", kMaxTypeDepth);
        auto const upper = number(range, DW_AT_upper_bound);
        if (dwarf_tag(&range) == DW_TAG_subrange_type)
            dimensions.push_back(number(range, DW_AT_count).value_or(upper ? *upper + 1 : 0));
        more = dwarf_siblingof(&range, &range);
    }
    return dimensions;
}

Result<uint64_t> byte_size(Dwarf_Die type, unsigned indexed, unsigned pointer_size)
{
    uint64_t size = 1;
    for (unsigned depth = 0; depth < kMaxTypeDepth; depth++) {
        type = TRY(underlying(type));
        switch (dwarf_tag(&type)) {
        case DW_TAG_pointer_type:
        case DW_TAG_reference_type:
        case DW_TAG_rvalue_reference_type:
            return product(size, pointer_size);
        case DW_TAG_array_type: {
            auto const dimensions = TRY(dimensions_of(type));
            for (size_t i = indexed; i < dimensions.size(); i++)
                size = TRY(product(size, dimensions[i]));
            indexed = 0;
            Dwarf_Die element;
            if (!type_of(type, element))
                return fail("debug information: an array of nothing");
            type = element;
            break;
        }
        default: {
            auto const bytes = number(type, DW_AT_byte_size);
            if (!bytes)
                return fail("debug information: a type without a size");
            return product(size, *bytes);
        }
        }
    }
    return fail("debug information: arrays nested more than {} deep", kMaxTypeDepth);
}

Result<Kind> kind_of(Dwarf_Die type, unsigned indexed)
{
    type = TRY(underlying(type));
    if (dwarf_tag(&type) == DW_TAG_array_type) {
        if (TRY(dimensions_of(type)).size() > indexed)
            return Kind::Array;
        Dwarf_Die element;
        if (!type_of(type, element))
            return fail("debug information: an array of nothing");
        type = TRY(underlying(element));
    }
    switch (dwarf_tag(&type)) {
    case DW_TAG_array_type:
        return Kind::Array;
    case DW_TAG_pointer_type:
    case DW_TAG_reference_type:
    case DW_TAG_rvalue_reference_type:
        return Kind::Pointer;
    case DW_TAG_enumeration_type: {
        Dwarf_Die base;
        return type_of(type, base) ? kind_of_integer(base) : Kind::Unsigned;
    }
    case DW_TAG_base_type:
        return kind_of_integer(type);
    default:
        return Kind::Record;
    }
}

std::optional<FoundMember> find_member(Dwarf_Die record, std::string_view name)
{
    uint64_t entries_left = kMaxMembers;
    return find_member(record, name, 0, entries_left);
}

} // namespace pagelab::guest
