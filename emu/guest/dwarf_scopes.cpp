// From the function down to the blocks that hold the address.
#include "emu/guest/dwarf_scopes.hpp"

#include <algorithm>
#include <ranges>

#include <dwarf.h>

#include "emu/guest/dwarf_file.hpp"
#include "emu/guest/dwarf_type.hpp"

namespace pagelab::guest {

namespace {

constexpr unsigned kMaxNesting = 64;
constexpr unsigned kMaxEntries = 50'000;

std::string name_of(Dwarf_Die& entry)
{
    Dwarf_Attribute attribute;
    char const* const name = dwarf_formstring(dwarf_attr_integrate(&entry, DW_AT_name, &attribute));
    return name != nullptr ? name : "";
}

bool is_block(int tag)
{
    return tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine;
}

bool is_function(int tag)
{
    return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;
}

// The real function around `pc`, then the blocks in it, outermost first.
std::vector<Dwarf_Die> blocks_at(DwarfFile const& file, uint64_t pc)
{
    auto const& functions = file.functions();
    auto const next = std::ranges::upper_bound(functions, pc, {}, &DwarfFunction::low);
    Dwarf_Die entry;
    if (next == functions.begin() || pc >= std::prev(next)->high ||
        !file.entry_at(std::prev(next)->entry, entry))
        return {};
    std::vector<Dwarf_Die> blocks = {entry};
    unsigned left = kMaxEntries;
    while (blocks.size() < kMaxNesting) {
        int more = dwarf_child(&blocks.back(), &entry);
        while (more == 0 && left != 0 &&
               !(is_block(dwarf_tag(&entry)) && dwarf_haspc(&entry, pc) == 1)) {
            --left;
            more = dwarf_siblingof(&entry, &entry);
        }
        if (more != 0 || left == 0)
            break;
        blocks.push_back(entry);
    }
    return blocks;
}

// Where an inlined function was called.
SourceLine call_line(Dwarf_Die& inlined)
{
    SourceLine line;
    Dwarf_Die unit;
    Dwarf_Files* files = nullptr;
    size_t count = 0;
    uint64_t const index = number(inlined, DW_AT_call_file).value_or(0);
    line.line = static_cast<unsigned>(number(inlined, DW_AT_call_line).value_or(0));
    line.column = static_cast<unsigned>(number(inlined, DW_AT_call_column).value_or(0));
    if (dwarf_diecu(&inlined, &unit, nullptr, nullptr) != nullptr &&
        dwarf_getsrcfiles(&unit, &files, &count) == 0 && index < count)
        if (char const* const name = dwarf_filesrc(files, index, nullptr, nullptr))
            line.file = name;
    return line;
}

// A local with a value that the compiler recorded.
Result<Location> place_of(Dwarf_Die& entry, uint64_t pc, FrameContext const& frame)
{
    Dwarf_Attribute attribute;
    Dwarf_Sword value = 0;
    if (dwarf_attr_integrate(&entry, DW_AT_const_value, &attribute) != nullptr &&
        dwarf_formsdata(&attribute, &value) == 0)
        return Location{true, static_cast<uint64_t>(value)};
    return location_at(entry, DW_AT_location, pc, frame);
}

} // namespace

std::vector<CodeScope> scopes_at(TypeTable const& table, CodeMap const& code, uint64_t pc)
{
    std::vector<CodeScope> scopes;
    auto blocks = blocks_at(table.file(), pc);
    SourceLine line = code.line(pc).value_or(SourceLine{});
    for (Dwarf_Die& block : std::views::reverse(blocks)) {
        if (!is_function(dwarf_tag(&block)))
            continue;
        scopes.push_back({name_of(block), line, dwarf_dieoffset(&block)});
        line = call_line(block);
    }
    return scopes;
}

std::vector<LocalVariable> locals_at(CTypes const& types, uint64_t pc, FrameContext frame)
{
    std::vector<LocalVariable> locals;
    auto blocks = blocks_at(types.table().file(), pc);
    if (blocks.empty())
        return locals;
    if (auto const base = location_at(blocks.front(), DW_AT_frame_base, pc, frame))
        frame.frame_base = base->number;
    std::string function;
    unsigned left = kMaxEntries;
    for (Dwarf_Die& block : blocks) {
        if (is_function(dwarf_tag(&block)))
            function = name_of(block);
        Dwarf_Die entry;
        int more = dwarf_child(&block, &entry);
        for (; more == 0 && left != 0; --left, more = dwarf_siblingof(&entry, &entry)) {
            int const tag = dwarf_tag(&entry);
            std::string name = name_of(entry);
            if ((tag != DW_TAG_variable && tag != DW_TAG_formal_parameter) || name.empty())
                continue;
            Dwarf_Die type;
            CTypePtr known;
            if (type_of(entry, type))
                known = types.at(dwarf_dieoffset(&type)).value_or(nullptr);
            locals.push_back({std::move(name), tag == DW_TAG_formal_parameter, function,
                              std::move(known), place_of(entry, pc, frame)});
        }
    }
    return locals;
}

} // namespace pagelab::guest
