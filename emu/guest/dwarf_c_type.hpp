// CTypes: the types of a kernel's debug information as C sees them, by name and by entry.
//
// Source: DWARF 5, section 5. Every chain is followed a bounded number of times; a record has at
// most kMaxMembers members. The file must outlive this; answers are kept.
#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <elfutils/libdw.h>

#include "emu/base/error.hpp"
#include "emu/guest/c_type.hpp"
#include "emu/guest/type_table.hpp"

namespace pagelab::guest {

struct CMember {
    std::string name = {}; // empty: an unnamed struct or union, whose members are the record's own
    CTypePtr type = {};
    uint64_t offset = 0;     // bytes
    unsigned bit_offset = 0; // of a bit-field: from the lowest bit at `offset`
    unsigned bit_size = 0;   // 0: no bit-field
    bool is_base = false;    // a base class
};

struct CEnumerator {
    std::string name;
    int64_t value = 0;
};

class CTypes {
  public:
    explicit CTypes(TypeTable const& table) : table_(table) {}

    // "zone", "pagelab::mm::zone" (what precedes the last :: is ignored), "unsigned long".
    Result<CTypePtr> named(std::string_view name) const;
    Result<CTypePtr> at(uint64_t entry) const;

    // What a pointer or reference points to, an array's elements, what a function returns.
    Result<CTypePtr> target(CType const& type) const;
    Result<std::vector<CMember> const*> members(CType const& record) const;
    // Through unnamed members and base classes, as the language does.
    Result<CMember> member(CType const& record, std::string_view name) const;
    std::vector<CEnumerator> enumerators(CType const& type) const;

    CTypePtr pointer_to(CTypePtr target) const;
    CTypePtr array_of(CTypePtr element, uint64_t count) const;
    // bytes: 1, 2, 4 or 8.
    CTypePtr integer(unsigned bytes, bool is_signed) const;

    // "zone *[4]"; with `declared` as in a declaration: "void (*fn)(int)".
    std::string spell(CType const& type, std::string const& declared = "") const;

    unsigned pointer_size() const { return table_.pointer_size(); }
    TypeTable const& table() const { return table_; }

  private:
    Result<CTypePtr> read(uint64_t entry, unsigned depth) const;
    Result<CTypePtr> read_array(Dwarf_Die entry, unsigned depth) const;
    Result<CType> read_one(Dwarf_Die entry, unsigned depth) const;
    Result<CMember> member(CType const& record, std::string_view name, unsigned depth,
                           unsigned& left) const;
    std::string spell(CType const& type, std::string declared, unsigned depth) const;
    std::string parameters(CType const& function, unsigned depth) const;

    TypeTable const& table_;
    mutable std::unordered_map<uint64_t, CTypePtr> types_;
    mutable std::unordered_map<uint64_t, std::vector<CMember>> members_;
};

} // namespace pagelab::guest
