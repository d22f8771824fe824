// One attempt to enter a handler, in each of the three modes, and the helpers they share.
// Private to exception_delivery.cpp, task_switch.cpp and the delivery_*.cpp beside them.
#pragma once

#include <cstring>

#include "emu/cpu/exception_delivery.hpp"

namespace pagelab::cpu {

using StepResult = std::expected<void, DeliveryFault>;

// Each changes `state` to the handler's entry; on a fault it is unchanged, unless the task was
// switched before it (task_switch.hpp).
StepResult enter_real(CpuState& state, LinearMemory& memory, Event const& event);
StepResult enter_protected(CpuState& state, LinearMemory& memory, Event const& event);
StepResult enter_long(CpuState& state, LinearMemory& memory, Event const& event);

constexpr uint8_t kInvalidTss = 10, kSegmentNotPresent = 11, kStackFault = 12,
                  kGeneralProtection = 13;

constexpr uint64_t kFlagTrap = 1u << 8, kFlagInterrupt = 1u << 9, kFlagNestedTask = 1u << 14,
                   kFlagResume = 1u << 16, kFlagVirtual8086 = 1u << 17, kFlagAlign = 1u << 18;

inline std::unexpected<DeliveryFault> fault(uint8_t vector, uint32_t error_code)
{
    return std::unexpected(DeliveryFault{vector, error_code, std::nullopt});
}

// Bit 0 of a selector error code: the event was not caused by the program (SDM 6.13).
inline uint32_t external_bit(Event const& event)
{
    return event.source == Event::Source::SoftwareInterrupt ? 0 : 1;
}

// The error code that names an IDT entry (SDM 6.13: bit 1 set).
inline uint32_t idt_error(Event const& event)
{
    return uint32_t{event.vector} * 8 + 2 + external_bit(event);
}

// True if a frame for this event ends with an error code.
bool has_error_code(Event const& event);

// The flags image of the frame: RF is set for faults (SDM 18.3.1.1), so that they restart.
uint64_t pushed_flags(CpuState const& state, Event const& event);

template<class T>
std::expected<T, DeliveryFault> read_linear(LinearMemory& memory, uint64_t linear)
{
    T value{};
    if (std::byte const* const source = memory.to_read(linear, sizeof value)) {
        std::memcpy(&value, source, sizeof value);
        return value;
    }
    if (auto done = memory.read(linear, std::as_writable_bytes(std::span(&value, 1))); !done)
        return std::unexpected(done.error());
    return value;
}

template<class T>
StepResult write_linear(LinearMemory& memory, uint64_t linear, T value)
{
    if (std::byte* const target = memory.to_write(linear, sizeof value)) {
        std::memcpy(target, &value, sizeof value);
        return {};
    }
    return memory.write(linear, std::as_bytes(std::span(&value, 1)));
}

// Stores `words`, cut to Word, as pushes do: the first one highest, the last one at `lowest`. That
// decides where a frame across two pages faults, and what has been stored by then.
template<class Word>
StepResult push_words(LinearMemory& memory, uint64_t lowest, std::span<uint64_t const> words)
{
    size_t const size = words.size() * sizeof(Word);
    std::byte* const frame = memory.to_write(lowest, size);
    size_t at = size;
    for (uint64_t const word : words) {
        at -= sizeof(Word);
        auto const cut = static_cast<Word>(word);
        if (frame != nullptr)
            std::memcpy(frame + at, &cut, sizeof cut);
        else if (auto pushed = write_linear(memory, lowest + at, cut); !pushed)
            return pushed;
    }
    return {};
}

// The 8-byte descriptor `selector` names. If it is null or beyond its table: `bad_vector`, with the
// selector as error code.
std::expected<uint64_t, DeliveryFault> read_descriptor(CpuState const& state, LinearMemory& memory,
                                                       uint16_t selector, uint8_t bad_vector,
                                                       uint32_t external);

// A descriptor as a loaded segment register.
Segment make_segment(uint16_t selector, uint64_t descriptor);

// The handler's code segment, checked (SDM 6.12.1): present, code, DPL <= CPL; which privilege
// level it runs at is returned beside it.
struct HandlerCode {
    uint64_t descriptor;
    uint8_t cpl;
};
std::expected<HandlerCode, DeliveryFault> load_handler_code(CpuState const& state,
                                                            LinearMemory& memory, uint16_t selector,
                                                            uint32_t external);

} // namespace pagelab::cpu
