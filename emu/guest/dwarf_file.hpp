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

    // The entry at an offset of the index, or of another entry's type. False if there is none.
    bool entry_at(Dwarf_Off offset, Dwarf_Die& entry) const;

  private:
    explicit DwarfFile(std::span<std::byte const> image);
    Result<> open_elf();
    void index_symbols();
    void index_units();
    void index_children(Dwarf_Die& parent, unsigned depth);
    void index_entry(Dwarf_Die& entry, unsigned depth);

    std::vector<char> image_;
    Elf* elf_ = nullptr;
    Dwarf* dwarf_ = nullptr;
    unsigned pointer_size_ = 0;
    uint64_t entries_left_ = 0; // a damaged tree may have cycles: bounded by the file's size
    Index types_;
    Index variables_;
    Index enumerators_;
    Symbols symbols_;
};

} // namespace pagelab::guest
