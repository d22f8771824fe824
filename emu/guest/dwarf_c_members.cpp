// The children of a record or an enumeration.
#include <algorithm>

#include <dwarf.h>

#include "emu/guest/dwarf_c_type.hpp"
#include "emu/guest/dwarf_file.hpp"
#include "emu/guest/dwarf_type.hpp"

namespace pagelab::guest {

namespace {

constexpr unsigned kMaxChildren = 20'000; // of one record or enumeration
constexpr unsigned kMaxLookups = 20'000;  // members seen in search of one

std::string name_of(Dwarf_Die& entry)
{
    char const* const name = dwarf_diename(&entry);
    return name != nullptr ? name : "";
}

// Where a bit-field is: DWARF 5, section 5.7.6; before DWARF 4 bits were counted from the top.
void place_bits(Dwarf_Die& entry, CMember& member, uint64_t bit_size)
{
    uint64_t bit = member.offset * 8;
    if (auto const from_start = number(entry, DW_AT_data_bit_offset))
        bit = *from_start;
    else if (auto const from_top = number(entry, DW_AT_bit_offset)) {
        uint64_t const storage = number(entry, DW_AT_byte_size).value_or(member.type->size) * 8;
        bit += storage - *from_top - bit_size;
    }
    member.offset = bit / 8;
    member.bit_offset = static_cast<unsigned>(bit % 8);
    member.bit_size = static_cast<unsigned>(std::min<uint64_t>(bit_size, 64));
}

template<class Visit>
void for_each_child(Dwarf_Die parent, Visit visit)
{
    Dwarf_Die entry;
    int more = dwarf_child(&parent, &entry);
    for (unsigned i = 0; more == 0 && i < kMaxChildren; ++i) {
        visit(entry);
        more = dwarf_siblingof(&entry, &entry);
    }
}

} // namespace

Result<std::vector<CMember> const*> CTypes::members(CType const& record) const
{
    if (auto const known = members_.find(record.entry); known != members_.end())
        return &known->second;
    Dwarf_Die entry;
    if (record.kind != CKind::Record || !table_.file().entry_at(record.entry, entry))
        return fail("{} has no members", spell(record));
    std::vector<CMember> members;
    for_each_child(entry, [&](Dwarf_Die& child) {
        int const tag = dwarf_tag(&child);
        Dwarf_Die type;
        bool const is_static =
            dwarf_hasattr(&child, DW_AT_external) || dwarf_hasattr(&child, DW_AT_declaration);
        if ((tag != DW_TAG_member && tag != DW_TAG_inheritance) || is_static ||
            !type_of(child, type))
            return;
        auto const found = at(dwarf_dieoffset(&type));
        if (!found)
            return;
        CMember member{.name = name_of(child),
                       .type = *found,
                       .offset = number(child, DW_AT_data_member_location).value_or(0),
                       .is_base = tag == DW_TAG_inheritance};
        if (auto const bits = number(child, DW_AT_bit_size); bits && *bits != 0)
            place_bits(child, member, *bits);
        members.push_back(std::move(member));
    });
    return &(members_[record.entry] = std::move(members));
}

Result<CMember> CTypes::member(CType const& record, std::string_view name) const
{
    unsigned left = kMaxLookups;
    if (record.kind != CKind::Record)
        return fail("{} is no struct, so it has no member '{}'", spell(record), name);
    return member(record, name, 0, left);
}

Result<CMember> CTypes::member(CType const& record, std::string_view name, unsigned depth,
                               unsigned& left) const
{
    std::vector<CMember> const& all = *TRY(members(record));
    for (CMember const& each : all) {
        if (left == 0)
            break;
        --left;
        if (!each.is_base && each.name == name)
            return each;
        bool const is_seen_through =
            each.type->kind == CKind::Record && (each.is_base || each.name.empty());
        if (!is_seen_through || depth == kMaxTypeDepth)
            continue;
        if (auto inner = member(*each.type, name, depth + 1, left)) {
            inner->offset += each.offset;
            return inner;
        }
    }
    return fail("{} has no member '{}'", spell(record), name);
}

std::vector<CEnumerator> CTypes::enumerators(CType const& type) const
{
    std::vector<CEnumerator> result;
    Dwarf_Die entry;
    if (type.kind != CKind::Enum || !table_.file().entry_at(type.entry, entry))
        return result;
    for_each_child(entry, [&](Dwarf_Die& child) {
        Dwarf_Attribute attribute;
        Dwarf_Sword value = 0;
        if (dwarf_tag(&child) == DW_TAG_enumerator &&
            dwarf_formsdata(dwarf_attr(&child, DW_AT_const_value, &attribute), &value) == 0)
            result.push_back({name_of(child), value});
    });
    return result;
}

} // namespace pagelab::guest
