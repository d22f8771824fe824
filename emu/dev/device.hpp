// What a device is to the machine: ports it answers, virtual time it waits for, a line it raises.
//
// Devices are passive: the machine calls them, they never call the CPU. All run on one thread;
// nothing locks. Nothing here may throw: calls come from inside the CPU library's frames.
//
// serialize() of a device, as the cereal library has it, names all that its guest can change: what
// a snapshot of the machine keeps. It calls nobody, not even the lines.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace pagelab::dev {

// Width of a port or MMIO access, in bytes.
enum class Width : uint8_t { Byte = 1, Word = 2, Dword = 4 };

constexpr unsigned byte_count(Width width)
{
    return static_cast<unsigned>(width);
}

// All ones of the given width: what an unclaimed port reads as.
constexpr uint32_t ones(Width width)
{
    return width == Width::Dword ? 0xffff'ffffu : (1u << (8 * byte_count(width))) - 1;
}

// Virtual time in nanoseconds since reset. One executed instruction is one nanosecond, a port
// access a microsecond; HLT skips ahead to the next event. The only clock a device may look at.
class Clock {
  public:
    virtual ~Clock() = default;
    virtual uint64_t now_ns() const = 0;
};

// An interrupt request line. Level semantics: true = asserted; edge-triggered inputs look at the
// change. The controller owns the line; the device holds a reference.
class InterruptLine {
  public:
    virtual ~InterruptLine() = default;
    virtual void set(bool asserted) = 0;
};

// Where a device's output bytes go. Must not throw.
using ByteSink = std::function<void(uint8_t)>;

class PortDevice {
  public:
    virtual ~PortDevice() = default;
    // Byte-wide devices see only Width::Byte: the bus splits wider accesses to them.
    virtual uint32_t port_in(uint16_t port, Width width) = 0;
    virtual void port_out(uint16_t port, Width width, uint32_t value) = 0;
};

class TimedDevice {
  public:
    virtual ~TimedDevice() = default;
    // When this device next changes a line by itself; nothing if never. Asked again after every
    // port access and every advance.
    virtual std::optional<uint64_t> next_event_ns() const = 0;
    // Time has come to now_ns (>= the last call's); fire what is due.
    virtual void advance_to(uint64_t now_ns) = 0;
};

} // namespace pagelab::dev
