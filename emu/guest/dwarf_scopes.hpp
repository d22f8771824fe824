// What the debug information says of a place in code: the functions that were inlined there, and
// the variables that are in sight.
//
// Source: DWARF 5, sections 3.3 and 4.1. Trees are walked to a bounded depth, in bounded time.
#pragma once

#include <string>
#include <vector>

#include "emu/guest/c_value.hpp"
#include "emu/guest/code_map.hpp"
#include "emu/guest/dwarf_location.hpp"

namespace pagelab::guest {

// One function at a place: the innermost inlined one first, the real one last.
struct CodeScope {
    std::string function;
    SourceLine line;    // where the place is in it; line 0: not known
    uint64_t entry = 0; // in .debug_info
};

std::vector<CodeScope> scopes_at(TypeTable const& table, CodeMap const& code, uint64_t pc);

struct LocalVariable {
    std::string name;
    bool is_parameter = false;
    std::string function;   // that declares it: inlined ones have their own
    CTypePtr type;          // null: not known
    Result<Location> where; // else "optimized out"
};

// Parameters first, inner blocks last. A constant's location is its value.
std::vector<LocalVariable> locals_at(CTypes const& types, uint64_t pc, FrameContext frame);

} // namespace pagelab::guest
