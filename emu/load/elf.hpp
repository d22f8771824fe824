// A validated view of an ELF executable of either class: its segments and notes as bytes.
//
// After parse_elf nothing in the view is a trusted number: every file range lies within the image,
// sizes are consistent, and no two segments share a physical byte. Whether the segments lie in RAM
// is the caller's question (check_in_ram), since it depends on the machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "emu/base/error.hpp"
#include "emu/load/ram_layout.hpp"
#include "guestkernel/abi/address.hpp"

namespace pagelab::load {

enum class ElfClass : uint8_t { Elf32, Elf64 };

struct ElfSegment {
    size_t index; // of its program header, for messages
    uint32_t flags;
    VirtAddr vaddr;
    PhysRange memory;                 // size > 0; zeroes after the bytes
    std::span<std::byte const> bytes; // of the image; at most memory.size
};

struct ElfNoteSegment {
    size_t index;
    uint64_t alignment;
    std::span<std::byte const> bytes;
};

struct ElfImage {
    ElfClass elf_class;
    uint64_t entry;                   // as the header says
    std::vector<ElfSegment> segments; // not empty, by rising physical address
    std::vector<ElfNoteSegment> notes;
};

// Real kernels have about five; the bound keeps hostile files cheap.
inline constexpr size_t kMaxElfSegments = 128;

// Whether the image begins with ELF's magic number.
bool is_elf(std::span<std::byte const> image);

// The view refers to `image`. i386 files of class 32 and x86-64 files of class 64, executable.
Result<ElfImage> parse_elf(std::span<std::byte const> image);

// How many bytes of the file parse_elf looks at, of which these are the first: to the end of its
// last segment or note. None if its program headers are not among them.
std::optional<uint64_t> elf_extent(std::span<std::byte const> head);

Result<> check_in_ram(ElfImage const& elf, RamLayout const& ram);

// The physical address of e_entry: by the executable segment whose virtual addresses cover it (as
// QEMU's load_elf does), else taken as physical itself, as Linux' vmlinux means it. Fails if it is
// in no segment.
Result<PhysAddr> physical_entry(ElfImage const& elf);

// The segment whose memory holds the address, or nullptr.
ElfSegment const* segment_at(ElfImage const& elf, PhysAddr address);

} // namespace pagelab::load
