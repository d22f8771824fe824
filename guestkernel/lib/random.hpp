// Numbers that look random and are the same on every run.
//
// Source: S. Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled",
// the generator xorshift64*.
#pragma once

#include <stdint.h>

namespace pagelab::lib {

class rng {
  public:
    constexpr explicit rng(uint64_t seed) : state_(seed * 2 + 1) {} // the state is never 0

    constexpr uint32_t next()
    {
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return static_cast<uint32_t>((state_ * 0x2545'f491'4f6c'dd1d) >> 32);
    }

    // Below `bound`, which is not 0.
    constexpr uint32_t below(uint32_t bound)
    {
        return static_cast<uint32_t>((uint64_t{next()} * bound) >> 32);
    }

  private:
    uint64_t state_;
};

} // namespace pagelab::lib
