// /proc/kcore: the kernel's memory as an ELF core file, for debuggers.
//
//   ELF header | program headers | notes |      | ranges, each at its address - base
//                                              ^ data_offset: a whole page
//
// A PT_LOAD for each range of virtual addresses; the file is as long as the address space is wide,
// and what is not mapped reads as zeroes. The notes are those of a core dump: registers (all 0),
// the program's name and command line, and a text VMCOREINFO.
// Source: Linux 6.1 fs/proc/kcore.c; include/linux/elfcore.h (elf_prstatus, elf_prpsinfo).
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/abi/address.hpp"
#include "guestkernel/lib/result.hpp"

namespace pagelab::mm {

using lib::Error;
using lib::Result;

struct kcore_range {
    uint64_t start; // virtual
    uint64_t size;  // bytes
    uint64_t physical;
};
inline constexpr uint64_t kNoPhysical = ~uint64_t{0}; // frames are scattered

struct kcore {
    kcore_range const* ranges;
    unsigned nr_ranges;
    uint64_t base; // where the direct map starts: the address at data_offset
    char const* command_line;
    char const* vmcoreinfo; // lines "KEY=value\n"

    // Copies `size` bytes of the kernel's memory, all in one page; zeroes where there is nothing.
    void (*copy)(uint64_t address, void* buffer, size_t size);
};

// Where the ranges begin in the file; and where it ends.
uint64_t kcore_data_offset(kcore const& core);
uint64_t kcore_size(kcore const& core);

// Stores up to `size` bytes of the file; 0 at its end. The class of ELF is the machine's word.
Result<size_t> read_kcore(kcore const& core, uint64_t offset, void* buffer, size_t size);

} // namespace pagelab::mm
