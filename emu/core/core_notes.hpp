// The notes of an ELF core of a whole machine: one processor's registers in the two forms in use.
//
//   CORE  NT_PRSTATUS   the general registers, as gdb and crash read them (Linux 6.1,
//                       include/uapi/linux/elfcore.h, struct elf_prstatus of each width)
//   QEMU  0             segments, tables and control registers besides (QEMU, target/i386/
//                       arch_dump.c, struct QEMUCPUState, version 1)
//   PAGELAB  1          EFER and RFLAGS' company that QEMU leaves out: see kPagelabNote
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "emu/base/error.hpp"
#include "emu/cpu/cpu_state.hpp"

namespace pagelab::core {

enum class Width : uint8_t { Bits32, Bits64 }; // of the kernel, so of the file's register notes

struct Note {
    std::string name;
    uint32_t type = 0;
    std::vector<std::byte> bytes;
};

inline constexpr uint32_t kPrstatus = 1;     // NT_PRSTATUS
inline constexpr uint32_t kPagelabState = 1; // of the name PAGELAB: u64 EFER, u64 CR8's place (0)

Note prstatus_note(cpu::CpuState const& state, unsigned cpu, Width width);
Note qemu_note(cpu::CpuState const& state);
Note pagelab_note(cpu::CpuState const& state);
Note vmcoreinfo_note(std::string const& text);

// Notes one after another, as they lie in a PT_NOTE segment.
std::vector<std::byte> pack(std::vector<Note> const& notes);
// Fails if the segment is not a row of whole notes.
Result<std::vector<Note>> unpack(std::span<std::byte const> segment);

// The state that a QEMU note holds; EFER is what its other registers imply.
Result<cpu::CpuState> read_qemu_note(Note const& note);
Result<> add_pagelab_note(Note const& note, cpu::CpuState& state);

} // namespace pagelab::core
