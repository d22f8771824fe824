// The look-up, the access and the slow path that the library writes for a load or store, as one.
//
// What they look like: access_patch.hpp. Places are offsets into the code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "emu/cpu/host_code.hpp"

namespace pagelab::cpu {

constexpr uint8_t kEntryShift = 6;                 // log2 of a page's size over a TLB entry's
constexpr size_t kMove = 3, kShift = 4, kJump = 6; // bytes
constexpr uint8_t kOperandSize = 0x66, kRex = 0x40, kRexX = 2, kRexB = 1;

enum class AccessKind : uint8_t { Load, Store };

struct Operation { // the access proper: prefix, REX, opcode, and (%rsi) in ModRM
    AccessKind kind;
    size_t opcode; // offset in it
    size_t size;   // bytes
    bool has_rex;
};

struct Access {
    uint8_t address; // register
    size_t start;    // of the look-up
    size_t move;     // to %rsi
    size_t operation;
    size_t slow;
    Operation form;
};

// Length of the copy of a store's data to %rdx at `at`, 0 where it is there already.
size_t data_move_length(CodeReader const& code, size_t at);

// The access whose shift of the address is at `shift`.
std::optional<Access> parse_access(CodeReader const& code, size_t shift);

} // namespace pagelab::cpu
