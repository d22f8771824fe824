// One sorted list of symbols; libdw reads the lines.
#include "emu/guest/code_map.hpp"

#include <algorithm>

#include "emu/guest/dwarf_file.hpp"

namespace pagelab::guest {

std::string text(CodePlace const& place)
{
    return place.offset == 0 ? place.name : fmt::format("{}+{:#x}", place.name, place.offset);
}

CodeMap::CodeMap(TypeTable const& table) : table_(table)
{
    DwarfFile const& file = table.file();
    for (ElfSymbol const& symbol : file.elf_symbols()) {
        if (symbol.section.empty()) // absolute numbers
            continue;
        Symbol made{symbol.address, symbol.size, symbol.name, symbol.section, symbol.is_function};
        if (symbols_.empty() || symbols_.back().address != symbol.address)
            symbols_.push_back(std::move(made));
        else if (symbols_.back().size < symbol.size) // what covers something names the place
            symbols_.back() = std::move(made);
    }
    // The plain names of those that the debug information knows, without their mangling.
    auto const rename = [&](uint64_t address, std::string const& name) {
        auto const at = std::ranges::lower_bound(symbols_, address, {}, &Symbol::address);
        if (at != symbols_.end() && at->address == address)
            at->name = name;
    };
    for (DwarfFunction const& function : file.functions())
        rename(function.low, function.name);
    for (auto const& [name, entry] : file.variables())
        if (auto const variable = table.variable(name))
            rename(variable->address.value, name);
}

CodePlace CodeMap::place_in(Symbol const& symbol, uint64_t address) const
{
    CodePlace place{symbol.name, symbol.address, address - symbol.address,
                    symbol.size, symbol.section, symbol.is_function};
    if (place.size == 0) {
        auto const next = std::ranges::upper_bound(symbols_, symbol.address, {}, &Symbol::address);
        place.size = next == symbols_.end() ? 0 : next->address - symbol.address;
    }
    return place;
}

std::optional<CodePlace> CodeMap::place(uint64_t address) const
{
    constexpr uint64_t kReach = 4096; // bytes from a symbol without a size
    auto const next = std::ranges::upper_bound(symbols_, address, {}, &Symbol::address);
    if (next == symbols_.begin())
        return {};
    Symbol const& symbol = *std::prev(next);
    uint64_t const offset = address - symbol.address;
    if (offset >= (symbol.size != 0 ? symbol.size : kReach))
        return {};
    return place_in(symbol, address);
}

std::vector<CodePlace> CodeMap::named(std::string_view name) const
{
    std::vector<CodePlace> places;
    for (Symbol const& symbol : symbols_)
        if (symbol.name == name)
            places.push_back(place_in(symbol, symbol.address));
    return places;
}

std::optional<SourceLine> CodeMap::line(uint64_t address) const
{
    auto const& code = table_.file().code();
    auto const next = std::ranges::upper_bound(code, address, {}, &DwarfCode::low);
    Dwarf_Die unit;
    if (next == code.begin() || address >= std::prev(next)->high ||
        !table_.file().entry_at(std::prev(next)->unit, unit))
        return {};
    Dwarf_Line* const found = dwarf_getsrc_die(&unit, address);
    char const* const file = found != nullptr ? dwarf_linesrc(found, nullptr, nullptr) : nullptr;
    int line = 0, column = 0;
    if (file == nullptr || dwarf_lineno(found, &line) != 0)
        return {};
    dwarf_linecol(found, &column);
    return SourceLine{file, static_cast<unsigned>(line), static_cast<unsigned>(column)};
}

} // namespace pagelab::guest
