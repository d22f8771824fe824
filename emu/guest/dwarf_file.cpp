// Opening goes outside in: ELF identity, machine, linked at all, then DWARF, then the names.
#include "emu/guest/dwarf_file.hpp"

#include <algorithm>
#include <cstring>

#include <dwarf.h>
#include <gelf.h>

namespace pagelab::guest {

namespace {

constexpr unsigned kMaxDepth = 16; // namespaces and nested types

bool is_type_definition(Dwarf_Die& entry)
{
    switch (dwarf_tag(&entry)) {
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type:
    case DW_TAG_typedef:
    case DW_TAG_base_type:
        return !dwarf_hasattr(&entry, DW_AT_declaration);
    default:
        return false;
    }
}

bool has_value(Dwarf_Die& variable)
{
    return dwarf_hasattr(&variable, DW_AT_location) ||
           dwarf_hasattr_integrate(&variable, DW_AT_const_value);
}

} // namespace

DwarfFile::DwarfFile(std::span<std::byte const> image) : image_(image.size())
{
    if (!image.empty())
        std::memcpy(image_.data(), image.data(), image.size());
}

DwarfFile::~DwarfFile()
{
    dwarf_end(dwarf_);
    elf_end(elf_);
}

Result<std::unique_ptr<DwarfFile>> DwarfFile::open(std::span<std::byte const> image)
{
    std::unique_ptr<DwarfFile> file(new DwarfFile(image));
    TRY(file->open_elf());
    file->dwarf_ = dwarf_begin_elf(file->elf_, DWARF_C_READ, nullptr);
    if (file->dwarf_ == nullptr)
        return fail("no debug information: {}", dwarf_errmsg(-1));
    file->entries_left_ = file->image_.size();
    file->index_symbols();
    file->index_units();
    if (file->types_.empty())
        return fail("the debug information describes no types");
    return file;
}

Result<> DwarfFile::open_elf()
{
    elf_version(EV_CURRENT);
    elf_ = elf_memory(image_.data(), image_.size());
    GElf_Ehdr header;
    if (elf_ == nullptr || elf_kind(elf_) != ELF_K_ELF || gelf_getehdr(elf_, &header) == nullptr)
        return fail("not an ELF file");
    bool const is_i686 = header.e_machine == EM_386 && gelf_getclass(elf_) == ELFCLASS32;
    bool const is_x86_64 = header.e_machine == EM_X86_64 && gelf_getclass(elf_) == ELFCLASS64;
    if (header.e_ident[EI_DATA] != ELFDATA2LSB || !(is_i686 || is_x86_64))
        return fail("an ELF file for machine {}, neither i686 nor x86_64", header.e_machine);
    if (header.e_type == ET_REL)
        return fail("a relocatable object; type information is read from linked images");
    pointer_size_ = is_x86_64 ? 8 : 4;
    return {};
}

bool DwarfFile::entry_at(Dwarf_Off offset, Dwarf_Die& entry) const
{
    return dwarf_offdie(dwarf_, offset, &entry) != nullptr;
}

void DwarfFile::index_symbols()
{
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_, section)) != nullptr;) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_SYMTAB)
            continue;
        Elf_Data* const data = elf_getdata(section, nullptr);
        GElf_Sym symbol;
        for (int i = 0; data != nullptr && gelf_getsym(data, i, &symbol) != nullptr; i++) {
            char const* const name = elf_strptr(elf_, header.sh_link, symbol.st_name);
            if (name == nullptr || *name == '\0' || symbol.st_shndx == SHN_UNDEF)
                continue;
            symbols_.try_emplace(name, symbol.st_value);
            auto const type = GELF_ST_TYPE(symbol.st_info);
            if (type != STT_FILE && type != STT_SECTION)
                elf_symbols_.push_back({name, symbol.st_value, symbol.st_size,
                                        section_name(symbol.st_shndx), type == STT_FUNC});
        }
    }
    std::ranges::stable_sort(elf_symbols_, {}, &ElfSymbol::address);
}

std::string DwarfFile::section_name(size_t index) const
{
    size_t names = 0;
    GElf_Shdr header;
    Elf_Scn* const section = elf_getscn(elf_, index);
    if (section == nullptr || gelf_getshdr(section, &header) == nullptr ||
        elf_getshdrstrndx(elf_, &names) != 0)
        return "";
    char const* const name = elf_strptr(elf_, names, header.sh_name);
    return name != nullptr ? name : "";
}

void DwarfFile::index_units()
{
    Dwarf_Off next = 0;
    size_t header_size = 0;
    for (Dwarf_Off unit = 0;
         dwarf_nextcu(dwarf_, unit, &next, &header_size, nullptr, nullptr, nullptr) == 0 &&
         next > unit;
         unit = next) {
        Dwarf_Die entry;
        if (entry_at(unit + header_size, entry)) {
            index_code(entry);
            index_children(entry, 0);
        }
    }
    std::ranges::stable_sort(code_, {}, &DwarfCode::low);
    std::ranges::stable_sort(functions_, {}, &DwarfFunction::low);
    for (size_t i = 0; i < functions_.size(); ++i)
        functions_by_name_.try_emplace(functions_[i].name, i);
}

DwarfFunction const* DwarfFile::function(std::string_view name) const
{
    auto const found = functions_by_name_.find(name);
    return found == functions_by_name_.end() ? nullptr : &functions_[found->second];
}

void DwarfFile::index_code(Dwarf_Die& unit)
{
    constexpr unsigned kMaxRanges = 100'000;
    Dwarf_Addr base = 0, low = 0, high = 0;
    ptrdiff_t next = 0;
    for (unsigned i = 0; i < kMaxRanges; ++i) {
        next = dwarf_ranges(&unit, next, &base, &low, &high);
        if (next <= 0)
            return;
        if (low != 0 && low < high) // 0: the linker dropped it
            code_.push_back({low, high, dwarf_dieoffset(&unit)});
    }
}

void DwarfFile::index_function(Dwarf_Die& entry, char const* name)
{
    Dwarf_Addr base = 0, low = 0, high = 0;
    if (dwarf_ranges(&entry, 0, &base, &low, &high) > 0 && low != 0 && low < high)
        functions_.push_back({name, low, high, dwarf_dieoffset(&entry)});
}

void DwarfFile::index_children(Dwarf_Die& parent, unsigned depth)
{
    Dwarf_Die entry;
    if (depth == kMaxDepth || dwarf_child(&parent, &entry) != 0)
        return;
    do {
        if (entries_left_ == 0)
            return;
        entries_left_--;
        index_entry(entry, depth);
    } while (dwarf_siblingof(&entry, &entry) == 0);
}

void DwarfFile::index_entry(Dwarf_Die& entry, unsigned depth)
{
    int const tag = dwarf_tag(&entry);
    Dwarf_Attribute attribute;
    char const* const name = dwarf_formstring(dwarf_attr_integrate(&entry, DW_AT_name, &attribute));
    if (name != nullptr) {
        if (is_type_definition(entry))
            types_.try_emplace(name, dwarf_dieoffset(&entry));
        if (tag == DW_TAG_variable && has_value(entry))
            variables_.try_emplace(name, dwarf_dieoffset(&entry));
        if (tag == DW_TAG_enumerator)
            enumerators_.try_emplace(name, dwarf_dieoffset(&entry));
        if (tag == DW_TAG_subprogram)
            index_function(entry, name);
    }
    switch (tag) {
    case DW_TAG_namespace:
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type:
        index_children(entry, depth + 1);
        break;
    default:
        break;
    }
}

} // namespace pagelab::guest
