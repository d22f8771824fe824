// A C value as a document, and that document as text.
//
//   number, "0x1f", "65 'A'"                   an integer, by the format
//   {"$pointer": "0x..", "$symbol": "f+0x4", "$string": "what a char* points to"}
//   {"$string": ".."}                          an array of letters
//   {"$enum": "ZONE_DMA", "$number": 0}
//   {"flags": .., "lru": {..}}                 a struct; a base class is "<name>", unnamed members
//                                              are "(union)", "(struct)", "(union 2)"
//   [.., "..."]                                an array; "..." if there are more elements
//   {"$unreadable": "why"}
//
// Memory may hold anything: letters that are no ASCII are escaped, sizes and depths are bounded.
#pragma once

#include <functional>
#include <string>

#include "emu/guest/c_value.hpp"
#include "emu/shell/json.hpp"

namespace pagelab::shell {

struct ValueFormat {
    char letter = 'n';       // as gdb's: x d u o t c s a; n: as the type says
    uint64_t elements = 200; // shown of an array
};

class ValueTree {
  public:
    using SymbolAt = std::function<std::string(uint64_t address)>;

    // values must outlive this.
    ValueTree(guest::CValues const& values, ValueFormat format, SymbolAt symbol_at)
        : values_(values), format_(format), symbol_at_(std::move(symbol_at))
    {
    }

    Json tree(guest::CValue const& value) { return tree(value, 0); }

  private:
    Json tree(guest::CValue const& value, unsigned depth);
    Json record(guest::CValue const& value, unsigned depth);
    Json array(guest::CValue const& value, unsigned depth);
    Json letters(guest::CValue const& value);
    Json scalar(guest::CType const& type, uint64_t bits);
    Json pointer(guest::CType const& type, uint64_t bits);
    Json enumerator(guest::CType const& type, uint64_t bits);
    Json formatted(guest::CType const& type, uint64_t bits) const;

    guest::CValues const& values_;
    ValueFormat format_;
    SymbolAt symbol_at_;
    unsigned left_ = 20'000; // values that one document may have
};

// In braces as gdb has it, over several lines when one is too short.
std::string value_text(Json const& tree, unsigned indent = 0);

} // namespace pagelab::shell
