// The stack that a 16- or 32-bit frame is pushed on: a segment and the pointer into it.
//
// The pointer is 16 bits wide when the segment's B flag is clear; the rest of ESP then stays as it
// is (SDM vol. 1, section 6.2.3). Limits: SDM vol. 3, section 5.3. Private to delivery.
#pragma once

#include "emu/cpu/delivery_step.hpp"

namespace pagelab::cpu {

struct Stack {
    enum class Word : uint8_t { Bits16 = 2, Bits32 = 4 }; // bytes

    Segment segment;
    uint64_t pointer = 0;

    // True if `bytes` more may be pushed within the segment's limit.
    bool has_room(uint64_t bytes) const
    {
        uint64_t const lowest = (pointer - bytes) & mask(), highest = (pointer - 1) & mask();
        bool const wraps = lowest > highest;
        bool const expands_down = (attribute::Type::get(segment.attributes) & 4) != 0;
        if (expands_down)
            return !wraps && lowest > segment.limit;
        return (wraps ? mask() : highest) <= segment.limit;
    }

    // In this order. On a fault the pointer is anywhere.
    StepResult push(LinearMemory& memory, Word word, std::span<uint64_t const> values)
    {
        uint64_t const size = values.size() * static_cast<uint8_t>(word);
        uint64_t const offset = (pointer - size) & mask();
        uint64_t const lowest = (segment.base + offset) & 0xffff'ffff;
        bool const wraps = offset + size > mask() || lowest + size > 0xffff'ffff;
        if (wraps && values.size() > 1) {
            for (uint64_t const& value : values)
                if (auto pushed = push(memory, word, std::span(&value, 1)); !pushed)
                    return pushed;
            return {};
        }
        pointer = (pointer & ~mask()) | offset;
        return word == Word::Bits32 ? push_words<uint32_t>(memory, lowest, values)
                                    : push_words<uint16_t>(memory, lowest, values);
    }

  private:
    uint64_t mask() const
    {
        return attribute::DefaultSize::is_set(segment.attributes) ? 0xffff'ffff : 0xffff;
    }
};

} // namespace pagelab::cpu
