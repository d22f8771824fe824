// DwarfFile: an ELF image with its DWARF, opened, checked and indexed by name.
//
// The only place that opens libdw; type_table.hpp asks the questions. Names are indexed without
// their namespaces ("zone" finds pagelab::mm::zone); of several definitions the first wins, and
// declarations never do. Sources: DWARF 5 (sections 4 and 5 for tags), System V ABI chapter 4.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <elfutils/libdw.h>

#include "emu/base/error.hpp"

namespace pagelab::guest {

// A function's code. Those that a compiler split in two are here with their first part.
struct DwarfFunction {
    std::string name; // without its namespaces
    uint64_t low = 0; // as linked
    uint64_t high = 0;
    Dwarf_Off entry = 0;
};

// Code of one compilation unit, of an assembler's source too.
struct DwarfCode {
    uint64_t low = 0;
    uint64_t high = 0;
    Dwarf_Off unit = 0; // its entry
};

struct ElfSymbol {
    std::string name; // as the compiler mangled it
    uint64_t address = 0;
    uint64_t size = 0; // bytes; 0: not told
    std::string section;
    bool is_function = false;
};

class DwarfFile {
  public:
    // A copy of the image is kept. Fails, in one line, unless it is a linked i686 or x86_64 ELF
    // file with debug information; compressed debug sections are read as well.
    static Result<std::unique_ptr<DwarfFile>> open(std::span<std::byte const> image);

    DwarfFile(DwarfFile const&) = delete;
    DwarfFile& operator=(DwarfFile const&) = delete;
    ~DwarfFile();

    unsigned pointer_size() const { return pointer_size_; } // bytes: 4 or 8

    // Offsets in .debug_info of what has this name.
    using Index = std::map<std::string, Dwarf_Off, std::less<>>;
    Index const& types() const { return types_; } // struct, union, class, typedef, enum, base
    Index const& variables() const { return variables_; } // defined ones, and constants
    Index const& enumerators() const { return enumerators_; }

    // Addresses, as linked, of what the ELF symbol table names: assembly has no DWARF.
    using Symbols = std::map<std::string, uint64_t, std::less<>>;
    Symbols const& symbols() const { return symbols_; }

    // Ascending by address.
    std::vector<DwarfFunction> const& functions() const { return functions_; }
    std::vector<DwarfCode> const& code() const { return code_; }
    std::vector<ElfSymbol> const& elf_symbols() const { return elf_symbols_; }
    // The first with this name; null: none.
    DwarfFunction const* function(std::string_view name) const;

    // libdw's own, for lines and frames: never null.
    Dwarf* dwarf() const { return dwarf_; }

    // The entry at an offset of the index, or of another entry's type. False if there is none.
    bool entry_at(Dwarf_Off offset, Dwarf_Die& entry) const;

  private:
    explicit DwarfFile(std::span<std::byte const> image);
    Result<> open_elf();
    void index_symbols();
    std::string section_name(size_t index) const;
    void index_units();
    void index_children(Dwarf_Die& parent, unsigned depth);
    void index_entry(Dwarf_Die& entry, unsigned depth);
    void index_code(Dwarf_Die& unit);
    void index_function(Dwarf_Die& entry, char const* name);

    std::vector<char> image_;
    Elf* elf_ = nullptr;
    Dwarf* dwarf_ = nullptr;
    unsigned pointer_size_ = 0;
    uint64_t entries_left_ = 0; // a damaged tree may have cycles: bounded by the file's size
    Index types_;
    Index variables_;
    Index enumerators_;
    Symbols symbols_;
    std::vector<ElfSymbol> elf_symbols_;
    std::vector<DwarfCode> code_;
    std::vector<DwarfFunction> functions_;
    std::map<std::string, size_t, std::less<>> functions_by_name_;
};

} // namespace pagelab::guest
