// A C expression as a tree, and the parser that makes it.
//
//   (struct page*)0xc0000000 -> flags & 3      zone->free_area[0]@3      sizeof(struct page)
//
// Grammar and precedence are C's; E@N, N things from E on in memory, is gdb's and stands between
// the shifts and the sums, as there. No assignment, no calls.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emu/base/error.hpp"
#include "emu/guest/c_type.hpp"

namespace pagelab::guest {

struct CNode {
    enum class Kind : uint8_t {
        Number,   // number, text: its suffix
        Letter,   // number
        Name,     // text
        Register, // text
        Unary,    // text: - + ~ ! * &
        Binary,   // text: the operator, @ among them
        Choice,   // ? :
        Index,    // [ ]
        Member,   // text: the name
        Arrow,    // text: the name
        Cast,     // type
        SizeOf,   // type, or of its child
    };

    Kind kind = Kind::Number;
    std::string text;
    uint64_t number = 0;
    bool is_unsigned = false;
    CTypePtr type;
    std::vector<std::unique_ptr<CNode>> children;
};

// What the parser must know of names: whether (zone) is a cast. type_named takes "zone" or words of
// C alone, "unsigned long"; it fails if there is no such type.
class CTypeNames {
  public:
    virtual ~CTypeNames() = default;
    virtual Result<CTypePtr> type_named(std::string_view name) const = 0;
    virtual bool is_variable(std::string_view name) const = 0;
    virtual CTypePtr pointer_to(CTypePtr target) const = 0;
    virtual CTypePtr array_of(CTypePtr element, uint64_t count) const = 0;
};

Result<std::unique_ptr<CNode>> parse_expression(std::string_view text, CTypeNames const& names);

// "struct page *", "unsigned long [4]"
Result<CTypePtr> parse_type(std::string_view text, CTypeNames const& names);

} // namespace pagelab::guest
