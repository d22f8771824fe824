// ELF relocatable files as a module loader reads them: sections, symbols, relocations; both
// classes.
//
// i386 has relocations without addend (REL: it is in the place to change), x86-64 with one (RELA).
// Offsets and sizes are in bytes.
//
// Source: System V ABI (gABI) 4.1, chapter 4; relocation types from the i386 psABI supplement 1.1,
// table 2.10, and the x86-64 psABI supplement 1.0, table 4.9.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/abi/boot/elf.hpp"

namespace pagelab {

inline constexpr uint16_t kElfRelocatable = 1; // ElfHeader::type

// Section types.
inline constexpr uint32_t kElfSectionNull = 0;
inline constexpr uint32_t kElfSymbolTable = 2;
inline constexpr uint32_t kElfStringTable = 3;
inline constexpr uint32_t kElfRela = 4;
inline constexpr uint32_t kElfNoBits = 8;
inline constexpr uint32_t kElfRel = 9;

// Section flags.
inline constexpr uint32_t kElfSectionWrite = 1u << 0;
inline constexpr uint32_t kElfSectionAlloc = 1u << 1;
inline constexpr uint32_t kElfSectionExecute = 1u << 2;

// Section indices of symbols that lie in no section.
inline constexpr uint16_t kElfUndefined = 0;
inline constexpr uint16_t kElfReservedIndices = 0xff00; // from here on
inline constexpr uint16_t kElfAbsolute = 0xfff1;
inline constexpr uint16_t kElfCommon = 0xfff2;

// The upper half of a symbol's `info` is its binding, the lower its type.
inline constexpr uint8_t kElfBindLocal = 0;
inline constexpr uint8_t kElfBindWeak = 2;
inline constexpr uint8_t kElfTypeFunction = 2;
inline constexpr uint8_t kElfTypeSection = 3;
inline constexpr uint8_t kElfTypeFile = 4;

template<class Native>
struct [[gnu::packed]] ElfSection {
    uint32_t name; // offset into the section names
    uint32_t type;
    Native flags;
    Native address;
    Native offset;
    Native size;
    uint32_t link; // symbols: index of their strings; relocations: of their symbols
    uint32_t info; // relocations: index of the section they change
    Native alignment;
    Native entry_size;
};
static_assert(sizeof(ElfSection<uint32_t>) == 40 && sizeof(ElfSection<uint64_t>) == 64);
static_assert(offsetof(ElfSection<uint64_t>, link) == 40);

struct [[gnu::packed]] Elf32Symbol {
    uint32_t name; // offset into the symbols' strings
    uint32_t value;
    uint32_t size;
    uint8_t info;
    uint8_t other;
    uint16_t section;
};
static_assert(sizeof(Elf32Symbol) == 16 && offsetof(Elf32Symbol, section) == 14);

struct [[gnu::packed]] Elf64Symbol {
    uint32_t name;
    uint8_t info;
    uint8_t other;
    uint16_t section;
    uint64_t value;
    uint64_t size;
};
static_assert(sizeof(Elf64Symbol) == 24 && offsetof(Elf64Symbol, value) == 8);

struct [[gnu::packed]] Elf32Relocation {
    uint32_t offset; // in the section that `info` of the relocations' section names
    uint32_t info;

    uint32_t symbol() const { return info >> 8; }
    uint32_t type() const { return info & 0xff; }
};
static_assert(sizeof(Elf32Relocation) == 8);

struct [[gnu::packed]] Elf64Relocation {
    uint64_t offset;
    uint64_t info;
    int64_t addend;

    uint32_t symbol() const { return static_cast<uint32_t>(info >> 32); }
    uint32_t type() const { return static_cast<uint32_t>(info); }
};
static_assert(sizeof(Elf64Relocation) == 24);

// S: the symbol's value, A: the addend, P: the address of the place.
enum ElfRelocation386 : uint32_t {
    R_386_NONE = 0,
    R_386_32 = 1,    // S + A
    R_386_PC32 = 2,  // S + A - P
    R_386_PLT32 = 4, // as PC32: there are no procedure linkage tables in a kernel
};

enum ElfRelocationX86_64 : uint32_t {
    R_X86_64_NONE = 0,
    R_X86_64_64 = 1,    // S + A
    R_X86_64_PC32 = 2,  // S + A - P
    R_X86_64_PLT32 = 4, // as PC32
    R_X86_64_32 = 10,   // S + A, zero-extended
    R_X86_64_32S = 11,  // S + A, sign-extended
    R_X86_64_PC64 = 24, // S + A - P
};

struct Elf32Object : Elf32 {
    using Address = uint32_t;
    using Section = ElfSection<uint32_t>;
    using Symbol = Elf32Symbol;
    using Relocation = Elf32Relocation;
    static constexpr uint32_t relocation_section = kElfRel;
};

struct Elf64Object : Elf64 {
    using Address = uint64_t;
    using Section = ElfSection<uint64_t>;
    using Symbol = Elf64Symbol;
    using Relocation = Elf64Relocation;
    static constexpr uint32_t relocation_section = kElfRela;
};

} // namespace pagelab
