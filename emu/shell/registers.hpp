// $NAME: a register of the selected processor as a C value.
//
// General registers by their 64-, 32-, 16- and 8-bit names, $pc, $sp and $fp for the mode's own,
// segment selectors, control registers, $efer, $rflags and $eflags.
#pragma once

#include <string_view>

#include "emu/cpu/cpu_state.hpp"
#include "emu/guest/c_value.hpp"

namespace pagelab::shell {

Result<uint64_t> register_bits(cpu::CpuState const& state, std::string_view name);

// $pc is a pointer to a function, $sp and $fp are pointers, all else is an integer.
Result<guest::CValue> register_value(guest::CTypes const& types, cpu::CpuState const& state,
                                     std::string_view name);

} // namespace pagelab::shell
