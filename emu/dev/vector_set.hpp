// A set of the 256 interrupt vectors, laid out as the local APIC's IRR, ISR and TMR show it.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>

namespace pagelab::dev {

class VectorSet {
  public:
    void insert(uint8_t vector) { words_[vector / 32u] |= 1u << vector % 32; }
    void erase(uint8_t vector) { words_[vector / 32u] &= ~(1u << vector % 32); }
    bool contains(uint8_t vector) const { return words_[vector / 32u] >> vector % 32 & 1; }

    // Vectors 32 * index .. 32 * index + 31; index 0..7.
    uint32_t word(unsigned index) const { return words_[index]; }

    std::optional<uint8_t> highest() const
    {
        for (unsigned i = 8; i-- > 0;) {
            if (words_[i] != 0)
                return static_cast<uint8_t>(32 * i + 31 -
                                            static_cast<unsigned>(std::countl_zero(words_[i])));
        }
        return std::nullopt;
    }

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(words_);
    }

  private:
    std::array<uint32_t, 8> words_{};
};

} // namespace pagelab::dev
