// ELF executables as the loaders read them: file header, program headers, notes; both classes.
//
// Only little-endian x86 files. Offsets and sizes are in bytes; p_paddr is guest physical.
//
// Source: System V ABI (gABI) 4.1, chapters 4 and 5; machine numbers from the i386 and x86-64
// psABI supplements.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace pagelab {

inline constexpr uint32_t kElfMagic = 0x464c'457f; // "\x7fELF"

inline constexpr uint8_t kElfClass32 = 1; // ElfIdent::file_class
inline constexpr uint8_t kElfClass64 = 2;
inline constexpr uint8_t kElfLittleEndian = 1; // ElfIdent::data
inline constexpr uint8_t kElfVersion = 1;

inline constexpr uint16_t kElfExecutable = 2; // type
inline constexpr uint16_t kElfShared = 3;     // position-independent executables too
inline constexpr uint16_t kElfMachineI386 = 3;
inline constexpr uint16_t kElfMachineX86_64 = 62;

inline constexpr uint32_t kElfLoad = 1; // segment type
inline constexpr uint32_t kElfNote = 4;
inline constexpr uint32_t kElfExecute = 1u << 0; // segment flags
inline constexpr uint32_t kElfWrite = 1u << 1;
inline constexpr uint32_t kElfRead = 1u << 2;

struct [[gnu::packed]] ElfIdent {
    uint32_t magic;
    uint8_t file_class;
    uint8_t data;
    uint8_t version;
    uint8_t os_abi;
    uint8_t padding[8];
};
static_assert(sizeof(ElfIdent) == 16);

// Native is the class's word: uint32_t or uint64_t.
template<class Native>
struct [[gnu::packed]] ElfHeader {
    ElfIdent ident;
    uint16_t type;
    uint16_t machine;
    uint32_t version;
    Native entry; // virtual
    Native segments_offset;
    Native sections_offset;
    uint32_t flags;
    uint16_t header_size;
    uint16_t segment_entry_size;
    uint16_t segment_count;
    uint16_t section_entry_size;
    uint16_t section_count;
    uint16_t section_names_index;
};
static_assert(sizeof(ElfHeader<uint32_t>) == 52 && sizeof(ElfHeader<uint64_t>) == 64);
static_assert(offsetof(ElfHeader<uint32_t>, segments_offset) == 28);
static_assert(offsetof(ElfHeader<uint64_t>, segments_offset) == 32);

struct [[gnu::packed]] Elf32Segment {
    uint32_t type;
    uint32_t offset;
    uint32_t vaddr;
    uint32_t paddr;
    uint32_t file_size;
    uint32_t memory_size; // beyond file_size: zeroes
    uint32_t flags;
    uint32_t alignment;
};
static_assert(sizeof(Elf32Segment) == 32 && offsetof(Elf32Segment, flags) == 24);

struct [[gnu::packed]] Elf64Segment {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t vaddr;
    uint64_t paddr;
    uint64_t file_size;
    uint64_t memory_size;
    uint64_t alignment;
};
static_assert(sizeof(Elf64Segment) == 56 && offsetof(Elf64Segment, alignment) == 48);

// Name and descriptor follow, each padded to the segment's alignment (4, or 8 if it says so).
struct [[gnu::packed]] ElfNoteHeader {
    uint32_t name_size; // with the final NUL
    uint32_t descriptor_size;
    uint32_t type;
};
static_assert(sizeof(ElfNoteHeader) == 12);

struct Elf32 {
    using Header = ElfHeader<uint32_t>;
    using Segment = Elf32Segment;
    static constexpr uint8_t file_class = kElfClass32;
    static constexpr uint16_t machine = kElfMachineI386;
};

struct Elf64 {
    using Header = ElfHeader<uint64_t>;
    using Segment = Elf64Segment;
    static constexpr uint8_t file_class = kElfClass64;
    static constexpr uint16_t machine = kElfMachineX86_64;
};

} // namespace pagelab
