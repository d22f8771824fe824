// Instruction boundaries of x86 code, by Capstone.
//
// Used to say how many instructions of a block have run when it is left in the middle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace pagelab {

enum class CodeWidth : uint8_t { Bits16, Bits32, Bits64 };

class Decoder {
  public:
    Decoder();
    ~Decoder();
    Decoder(Decoder const&) = delete;
    Decoder& operator=(Decoder const&) = delete;

    // Instructions in the first `size` bytes of `code`: those that start before it. Bytes that are
    // no instruction count as one and end the count.
    uint32_t count(std::span<std::byte const> code, size_t size, CodeWidth width) const;

  private:
    struct Handles;
    std::unique_ptr<Handles> handles_;
};

} // namespace pagelab
