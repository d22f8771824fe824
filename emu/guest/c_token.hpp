// The words of a C expression.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "emu/base/error.hpp"

namespace pagelab::guest {

struct CToken {
    enum class Kind : uint8_t { End, Number, Letter, Name, Register, Sign };

    Kind kind = Kind::End;
    std::string text = {};    // a name with its ::, a register without its $, an operator
    uint64_t number = 0;      // of Number and Letter
    bool is_unsigned = false; // Number: it has a suffix u
};

// Ends with one of kind End. Fails at a character that starts nothing.
Result<std::vector<CToken>> c_tokens(std::string_view text);

} // namespace pagelab::guest
