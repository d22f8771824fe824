// write_ram: bytes into a machine that stands still, as if a processor had written them: code that
// was translated from there is discarded.
#pragma once

#include <span>

#include "emu/machine/machine.hpp"

namespace pagelab::machine {

// Physical addresses; what falls on ROM or a hole is lost.
inline void write_ram(Machine& machine, PhysAddr address, std::span<std::byte const> bytes)
{
    machine.memory().write(address, bytes);
    machine.engine().discard_code(address, bytes.size());
}

} // namespace pagelab::machine
