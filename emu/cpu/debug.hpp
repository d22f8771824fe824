// What a debugger asks a processor to stop for, and what it is told when it did. Plain data.
//
// None of it changes what the guest does: a run that was stopped and continued executes the same
// instructions, at the same counts and virtual times, as one that was not. Addresses of
// instructions are linear (CS base added). A stop is always between two instructions:
//
//   Breakpoint          before the instruction there
//   Watchpoint          after the instruction that made the access; ports and CRs likewise
//   ExceptionCatch      before delivery: RIP is the instruction that raised it (of INT n: after it)
//   InterruptCatch      before delivery, the controller having been told
//
// Continuing from a breakpoint does not stop there again before an instruction has been executed.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "emu/base/error.hpp"
#include "emu/mmu/access.hpp"
#include "guestkernel/abi/address.hpp"

namespace pagelab::cpu {

enum class AddressSpace : uint8_t { Virtual, Physical };

// Bits, to be combined by |.
enum class AccessMask : uint8_t { None = 0, Read = 1, Write = 2, ReadWrite = 3 };

struct Breakpoint {
    AddressSpace space = AddressSpace::Virtual;
    uint64_t address = 0; // of an instruction's first byte
};

// Any access by an instruction, by delivery excepted, to a byte of the range. Device registers
// (MMIO) are watched by their physical addresses.
struct Watchpoint {
    AddressSpace space = AddressSpace::Virtual;
    uint64_t address = 0;
    uint64_t size = 1; // bytes, not 0
    AccessMask accesses = AccessMask::Write;
};

// Exceptions and INT n; not what SYSCALL and SYSENTER themselves raise. None: any vector.
struct ExceptionCatch {
    std::optional<uint8_t> vector;
};
struct InterruptCatch { // external ones
    std::optional<uint8_t> vector;
};
struct PortCatch {
    uint16_t first = 0, last = 0xffff;
    AccessMask accesses = AccessMask::ReadWrite; // IN, OUT
};
struct ControlCatch { // MOV to CRn
    unsigned number = 3;
};

using DebugPoint =
    std::variant<Breakpoint, Watchpoint, ExceptionCatch, InterruptCatch, PortCatch, ControlCatch>;
using PointId = uint32_t; // never used twice in an engine

struct DebugStop {
    enum class Reason : uint8_t {
        Count,     // as many instructions as asked for have been executed; a step is one
        Requested, // from elsewhere
        Breakpoint,
        Watchpoint,
        Exception,
        Interrupt,
        Port,
        Control,
    };

    Reason reason = Reason::Count;
    unsigned cpu = 0;
    PointId point = 0;        // which; 0 for Count and Requested
    uint64_t rip = 0;         // linear, where the processor now stands
    uint64_t instruction = 0; // linear: the one that made the access; else as rip

    // Watchpoint: the access. Port: address is the port. Control: address is the CR's number.
    mmu::Operation operation = mmu::Operation::Read;
    uint64_t address = 0; // virtual; of the first byte accessed
    PhysAddr physical{};
    unsigned size = 0; // bytes
    // Of Watchpoint and Control: what was there before and is now, of at most 8 bytes. Device
    // registers are not read for this.
    std::optional<uint64_t> before = std::nullopt, after = std::nullopt;

    uint8_t vector = 0; // Exception, Interrupt
    uint32_t error_code = 0;
};

// Whether interrupts are taken and devices advance during a step. Held: they wait; the run is then
// another than it would have been.
enum class StepInterrupts : uint8_t { Taken, Held };

} // namespace pagelab::cpu
