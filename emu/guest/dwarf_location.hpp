// Where DWARF says that something is: a place in memory, or a value of its own.
//
// Source: DWARF 5, section 2.5 and 2.6. Expressions have no loops here (no branches), so that they
// end; what needs more than the common operations counts as optimized out.
#pragma once

#include <array>
#include <optional>
#include <span>

#include <elfutils/libdw.h>

#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

// Registers by their DWARF numbers (System V ABI: i386 table 2.14, x86-64 figure 3.36), the return
// address last. Those that are not known in a frame are empty.
using DwarfRegisters = std::array<std::optional<uint64_t>, 17>;

struct FrameContext {
    KernelView const& view;
    DwarfRegisters const& registers;
    std::optional<uint64_t> cfa;        // the stack pointer before the call
    std::optional<uint64_t> frame_base; // DW_AT_frame_base
};

struct Location {
    bool is_value = false; // `number` is the thing itself, else its address
    uint64_t number = 0;
};

// Fails with "optimized out" for what it cannot tell.
Result<Location> evaluate_location(std::span<Dwarf_Op const> operations, FrameContext const& frame);

// An attribute that is a location, in force at `pc`. Fails if there is none.
Result<Location> location_at(Dwarf_Die& entry, unsigned attribute_name, uint64_t pc,
                             FrameContext const& frame);

} // namespace pagelab::guest
