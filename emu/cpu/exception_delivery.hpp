// Delivery of exceptions and interrupts: from a vector to the first instruction of its handler.
//
// Unicorn stops at the vector; the rest of what a processor does is here, as functions over plain
// state and a memory interface, so it is tested without an engine: the gate, its checks, the
// stack switch by TSS or IST, the frame, the flags, and what follows when one of these faults.
//
// Source: Intel SDM vol. 3, sections 6.10-6.15 (gates, privilege, stacks, error codes), 6.14
// (64-bit mode), table 6-5 (double fault), vol. 3 section 20.1.4 (real mode), 20.3 (virtual-8086).
// Task gates: task_switch.hpp. Not done: the accessed flags of segment descriptors are not set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <vector>

#include "emu/cpu/cpu_state.hpp"

namespace pagelab::cpu {

struct Event {
    enum class Source : uint8_t {
        Exception,         // raised by an instruction; restartable, may push an error code
        SoftwareInterrupt, // INT n, INT3, INTO: the gate's DPL is checked
        External,          // an interrupt controller's vector
    };

    uint8_t vector = 0;
    Source source = Source::Exception;
    uint32_t error_code = 0; // pushed when the vector has one and the source is Exception
    // Bytes of the INT instruction, which RIP is after; when its own delivery faults, RIP goes back
    // to it, as for every instruction that faults. 0 for the other sources.
    uint8_t length = 0;

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(vector, source, error_code, length);
    }
};

// An exception that arose while delivering. `address` is CR2 for a page fault.
struct DeliveryFault {
    uint8_t vector = 0;
    uint32_t error_code = 0;
    std::optional<uint64_t> address;
};

// Access to linear memory as the processor itself makes it: supervisor, whatever the CPL.
class LinearMemory {
  public:
    virtual ~LinearMemory() = default;
    // The bytes themselves, where they are at hand and may be read or written without more ado;
    // else null, and read() or write() does it.
    virtual std::byte const* to_read(uint64_t, size_t) { return nullptr; }
    virtual std::byte* to_write(uint64_t, size_t) { return nullptr; }
    virtual std::expected<void, DeliveryFault> read(uint64_t linear, std::span<std::byte> out) = 0;
    virtual std::expected<void, DeliveryFault> write(uint64_t linear,
                                                     std::span<std::byte const> bytes) = 0;
    // A task switch has loaded CR3: from here on translate under this state.
    virtual void change_address_space(CpuState const& state) = 0;
};

struct DeliveryOutcome {
    bool triple_fault = false;
    // TR changed, and with it possibly every register: CR0.TS and CR3 too, and all of RFLAGS.
    bool task_switched = false;
    // What was attempted, in order; more than one entry when delivery itself faulted.
    std::vector<Event> attempts;
};

// One attempt: takes `state` to the handler's first instruction, through the IDT of whatever mode
// it is in. On a fault `state` is unchanged; or, if TR is not, what the new task faulted with.
std::expected<void, DeliveryFault> enter_handler(CpuState& state, LinearMemory& memory,
                                                 Event const& event);

// What follows when delivering `event` led to `fault` with `state` as above: another delivery, and
// so on (SDM table 6-5). On return `state` is at a handler's first instruction, or after a triple
// fault as the last attempt left it. `task`: TR before the first attempt.
DeliveryOutcome escalate(CpuState& state, LinearMemory& memory, Event event, DeliveryFault fault,
                         Segment const& task);

// Both.
DeliveryOutcome deliver(CpuState& state, LinearMemory& memory, Event const& event);

} // namespace pagelab::cpu
