// CType: a type of the guest's C or C++, as a value, with its spelling.
//
// What a pointer points to, and a record's members, are found when asked for (dwarf_c_type.hpp):
// types refer to themselves. Qualifiers of what is named are part of its name ("const char");
// others are dropped.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace pagelab::guest {

enum class CKind : uint8_t {
    Void,
    Bool,
    Char, // one byte, shown as a letter
    Signed,
    Unsigned,
    Enum,
    Pointer,
    Reference,
    Array,
    Record, // struct, union, class
    Function,
};

struct CType;
using CTypePtr = std::shared_ptr<CType const>;

struct CType {
    CKind kind = CKind::Void;
    std::string name = {};    // "unsigned long", "zone", a typedef's; empty: it has none
    char const* keyword = ""; // "struct", "union", "class", "enum"
    uint64_t size = 0;        // bytes; 0 for void, functions and what is only declared
    uint64_t count = 0;       // elements of an array
    bool is_signed = false;   // Signed, signed Chars, Enums of a signed type
    uint64_t entry = 0;       // in .debug_info: where its parts are told; 0: void, or nowhere
    CTypePtr target = {};     // an array's elements; a pointer's target, when it was made here
};

// Numbers, enums, pointers: what fits a register.
inline bool is_scalar(CType const& type)
{
    return type.kind >= CKind::Bool && type.kind <= CKind::Reference;
}

inline bool is_integer(CType const& type)
{
    return type.kind >= CKind::Bool && type.kind <= CKind::Enum;
}

} // namespace pagelab::guest
