// #SS(0) or #GP(0): what an access to a non-canonical address raises.
//
// Through the stack segment it is #SS(0), else #GP(0) (Intel SDM volume 1, section 3.3.7.1). The
// CPU library raises #GP(0) for both, so delivery looks at the instruction. Other reasons for
// #GP(0), with operands that are all canonical, are left as they are.
#pragma once

#include <span>

#include "emu/base/decoder.hpp"
#include "emu/cpu/cpu_state.hpp"

namespace pagelab::cpu {

// Whether all bits above the linear address' are equal: 48 bits, or 57 with CR4.LA57.
inline bool is_canonical(CpuState const& state, uint64_t address)
{
    constexpr uint64_t kLa57 = 1u << 12;
    int const sign_bits = (state.cr4 & kLa57) != 0 ? 7 : 16;
    return static_cast<int64_t>(address << sign_bits) >> sign_bits == static_cast<int64_t>(address);
}

// Whether the first non-canonical address that the instruction touches is one through SS. `code`
// begins at RIP of a state in 64-bit mode.
inline bool faults_through_stack(CpuState const& state, std::span<std::byte const> code,
                                 Decoder const& decoder)
{
    auto const value = [&](unsigned number) {
        return number == MemoryOperand::kNone ? 0 : state.gpr[number];
    };
    for (MemoryOperand const& operand : decoder.memory_operands(code)) {
        uint64_t const first =
            value(operand.base) + operand.scale * value(operand.index) + operand.displacement;
        uint64_t const last = first + operand.bytes - 1;
        if (!is_canonical(state, first) || !is_canonical(state, last))
            return operand.segment == MemoryOperand::Segment::Stack;
    }
    return false;
}

} // namespace pagelab::cpu
