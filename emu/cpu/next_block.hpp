// Having the library end the next block early, after as many instructions as one wants.
//
// Blocks end at jumps, and slices of several processors' time must end anywhere. The library itself
// now and then runs a block of a given length, by a number it keeps in its CPU and forgets with the
// first block (Unicorn 2.1: CPUState::cflags_next_tb, whose low bits are a maximum of
// instructions); the shorter block is another to it and kept besides the whole one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace pagelab::cpu {

class NextBlock {
  public:
    static constexpr uint32_t kLongest = 0x7fff; // CF_COUNT_MASK

    // For an idle engine whose live general registers these are. None if what lies before them
    // does not look like the library's: CPUState has a pointer to the registers.
    static std::optional<NextBlock> find(std::byte* registers);

    // Of the next block that is run. instructions: 1..kLongest.
    void limit(uint32_t instructions);

  private:
    explicit NextBlock(std::byte* flags) : flags_(flags) {}

    std::byte* flags_; // four bytes, all ones when there is no limit
};

} // namespace pagelab::cpu
