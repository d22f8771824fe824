// ELF core files of a whole machine: RAM as PT_LOAD segments, processors as notes.
//
//   write_core   what gdb, crash and drgn open, and read_core reads back
//   read_core    a file of write_core's, or of QEMU's dump-guest-memory
//
// Where the kernel maps RAM, a segment has those virtual addresses; several may share a piece of
// the file, as in Linux' /proc/vmcore. Pages of zeroes are holes of the file.
// Source: gABI, "Program Header"; QEMU, docs/... dump-guest-memory -p (PT_LOAD per mapped range).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "emu/core/core_notes.hpp"
#include "emu/mem/physical_memory.hpp"

namespace pagelab::core {

// Virtual addresses that show RAM.
struct Mapping {
    VirtAddr start;
    PhysAddr physical;
    uint64_t size = 0; // bytes
};

struct CoreInput {
    std::vector<cpu::CpuState> cpus;
    std::vector<Mapping> mappings; // what is not RAM is left out
    std::string vmcoreinfo;        // lines NAME=VALUE
    Width width = Width::Bits64;
    bool untouched_is_zero = false; // of RAM that the host has not given yet; not of a file's
};

// Replaces the file when all of it is written. Fails for what the file system says no to.
Result<uint64_t> write_core(std::filesystem::path const& file, mem::PhysicalMemory const& memory,
                            CoreInput const& input);

struct Core {
    mem::PhysicalMemory memory; // can only be read
    std::vector<cpu::CpuState> cpus;
    std::string vmcoreinfo;
    Width width = Width::Bits64;
};

// The file is mapped, not copied, and must not shrink meanwhile. Fails, in one line, for what is
// no such core; numbers in it are not trusted.
Result<Core> read_core(std::filesystem::path const& file);
Result<Core> parse_core(HostMemory file); // the same, of its bytes

} // namespace pagelab::core
