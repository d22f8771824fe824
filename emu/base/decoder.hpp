// Instruction boundaries of x86 code, the memory an instruction touches, and its text, by Capstone.
//
// Used to say how many instructions of a block have run when it is left in the middle, and through
// which segment an instruction faulted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pagelab {

enum class CodeWidth : uint8_t { Bits16, Bits32, Bits64 };

// base + scale * index + displacement, and how many bytes from there.
struct MemoryOperand {
    enum class Segment : uint8_t { Stack, Other };
    static constexpr unsigned kNone = ~0u;

    Segment segment = Segment::Other;
    unsigned base = kNone; // as instructions encode registers: 0 RAX .. 15 R15
    unsigned index = kNone;
    unsigned scale = 1;
    uint64_t displacement = 0; // negative ones wrap
    unsigned bytes = 0;

    bool operator==(MemoryOperand const&) const = default;
};

// One instruction in words, and the address it names, for a symbol beside it.
struct Instruction {
    unsigned size = 0;         // bytes; 1 for a byte that starts no instruction
    std::string mnemonic = {}; // "(bad)" then
    std::string operands = {};
    std::optional<uint64_t> target = {}; // of a branch, of RIP-relative or absolute memory
};

enum class Syntax : uint8_t { Att, Intel };

class Decoder {
  public:
    Decoder();
    ~Decoder();
    Decoder(Decoder const&) = delete;
    Decoder& operator=(Decoder const&) = delete;

    // Instructions in the first `size` bytes of `code`: those that start before it. Bytes that are
    // no instruction count as one and end the count.
    uint32_t count(std::span<std::byte const> code, size_t size, CodeWidth width) const;

    // What the first instruction of 64-bit `code` touches, in the order it does; addresses that no
    // 64-bit general register is part of are left out, as are the outer levels of ENTER and far
    // CALL. None if the bytes are no instruction.
    std::vector<MemoryOperand> memory_operands(std::span<std::byte const> code) const;

    // The first instruction of `code`, which lies at linear `address`. Nothing if code is empty.
    std::optional<Instruction> disassemble(std::span<std::byte const> code, uint64_t address,
                                           CodeWidth width, Syntax syntax) const;

  private:
    struct Handles;
    std::unique_ptr<Handles> handles_;
};

} // namespace pagelab
