// The registers GDB is shown, in its order: one table that describes them to it and moves them.
//
// Source: GDB's manual, G.5.7 (i386 features: names of core, sse and segments registers), and
// QEMU's description of system registers, whose names other tools read ($cr3, $efer).
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "emu/cpu/cpu_registers.hpp"

namespace pagelab::gdb {

enum class Architecture : uint8_t { I386, X86_64 };

struct RegisterEntry {
    std::string feature, name, type;
    size_t bytes = 0; // as GDB sees it, little-endian
    // Its bytes in the registers: those it is wider by read as 0, those it is narrower by are kept.
    std::function<std::span<std::byte>(cpu::CpuRegisters&)> place;
};

std::vector<RegisterEntry> const& registers_of(Architecture architecture);

std::string read_register(RegisterEntry const& entry, cpu::CpuRegisters registers);
void write_register(RegisterEntry const& entry, std::string_view bytes,
                    cpu::CpuRegisters& registers);

// target.xml.
std::string describe_target(Architecture architecture);

} // namespace pagelab::gdb
