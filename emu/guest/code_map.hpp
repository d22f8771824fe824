// CodeMap: from addresses to names and source lines, as the kernel's image has them.
//
// Functions come from the debug information, under their plain names; what assembly defines, and
// data, from the ELF symbol table. The table must outlive this.
// Sources: DWARF 5, section 6.2 (lines); System V ABI, chapter 4 (symbols).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emu/guest/type_table.hpp"

namespace pagelab::guest {

struct CodePlace {
    std::string name;
    uint64_t start = 0;  // its address
    uint64_t offset = 0; // bytes from the symbol
    uint64_t size = 0;   // bytes of the symbol; to the next one if it does not tell its own
    std::string section; // ".text"
    bool is_function = false;
};

std::string text(CodePlace const& place); // "vmalloc+0x12", "vmalloc" at its start

struct SourceLine {
    std::string file; // as the compiler was told
    unsigned line = 0;
    unsigned column = 0;
};

class CodeMap {
  public:
    explicit CodeMap(TypeTable const& table);

    // The symbol around an address; none outside of the image.
    std::optional<CodePlace> place(uint64_t address) const;
    // Symbols of this name, plain or mangled: there may be several functions of one name.
    std::vector<CodePlace> named(std::string_view name) const;

    std::optional<SourceLine> line(uint64_t address) const;

  private:
    struct Symbol {
        uint64_t address = 0;
        uint64_t size = 0;
        std::string name;
        std::string section;
        bool is_function = false;
    };

    CodePlace place_in(Symbol const& symbol, uint64_t address) const;

    TypeTable const& table_;
    std::vector<Symbol> symbols_; // ascending, one per address
};

} // namespace pagelab::guest
