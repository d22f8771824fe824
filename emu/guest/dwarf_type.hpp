// What one DWARF type entry says: its kind, size, elements and members.
//
// Internal to emu/guest. Every chain of entries is followed a bounded number of times, since
// damaged information may be circular. Source: DWARF 5, section 5.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <elfutils/libdw.h>

#include "emu/base/error.hpp"
#include "emu/guest/type_table.hpp"

namespace pagelab::guest {

inline constexpr unsigned kMaxTypeDepth = 32;

// An attribute that is a number, of the entry or of what it is an instance of.
std::optional<uint64_t> number(Dwarf_Die& entry, unsigned attribute_name);

// The type an entry's DW_AT_type names.
bool type_of(Dwarf_Die& entry, Dwarf_Die& type);

// The type below typedefs, const, volatile and the like.
Result<Dwarf_Die> underlying(Dwarf_Die type);

// Elements in each dimension of an array type, outermost first.
Result<std::vector<uint64_t>> dimensions_of(Dwarf_Die& array);

// Bytes of a type whose first `indexed` array dimensions are indexed away.
Result<uint64_t> byte_size(Dwarf_Die type, unsigned indexed, unsigned pointer_size);

Result<Kind> kind_of(Dwarf_Die type, unsigned indexed);

// A member by name, in the record or in its unnamed members and bases.
struct FoundMember {
    Dwarf_Die type;
    uint64_t offset; // bytes from the start of the record
};
std::optional<FoundMember> find_member(Dwarf_Die record, std::string_view name);

} // namespace pagelab::guest
