// Is it a module at all? Linux' elf_validity_check and setup_load_info.
#include "guestkernel/kernel/module/load_info.hpp"
#include "guestkernel/kernel/module/module.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

constexpr char kThisModule[] = ".gnu.linkonce.this_module";

template<class Elf>
int check_header(char const* file, size_t size)
{
    if (size < sizeof(typename Elf::Header)) {
        printk(log_level::err, "Invalid ELF header len %zu\n", size);
        return -ENOEXEC;
    }
    auto const& header = *reinterpret_cast<typename Elf::Header const*>(file);
    if (header.ident.magic != kElfMagic) {
        printk(log_level::err, "Invalid ELF header magic: != \177ELF\n");
        return -ENOEXEC;
    }
    if (header.type != kElfRelocatable) {
        printk(log_level::err, "Invalid ELF header type: %u != %u\n", unsigned{header.type},
               unsigned{kElfRelocatable});
        return -ENOEXEC;
    }
    if (header.machine != Elf::machine || header.ident.file_class != Elf::file_class ||
        header.ident.data != kElfLittleEndian) {
        printk(log_level::err, "Invalid architecture in ELF header: %u\n",
               unsigned{header.machine});
        return -ENOEXEC;
    }
    if (header.section_entry_size != sizeof(typename Elf::Section)) {
        printk(log_level::err, "Invalid ELF section header size\n");
        return -ENOEXEC;
    }
    uint64_t const sections = uint64_t{header.section_count} * sizeof(typename Elf::Section);
    if (header.section_count == 0 || header.sections_offset >= size ||
        sections > size - header.sections_offset) {
        printk(log_level::err, "Invalid ELF section header overflow\n");
        return -ENOEXEC;
    }
    if (header.section_names_index == kElfUndefined ||
        header.section_names_index >= header.section_count) {
        printk(log_level::err,
               "Invalid ELF section name index: %u || e_shstrndx (%u) >= e_shnum (%u)\n",
               unsigned{header.section_names_index}, unsigned{header.section_names_index},
               unsigned{header.section_count});
        return -ENOEXEC;
    }
    return 0;
}

template<class Elf>
bool lies_in_file(load_info<Elf> const& info, typename Elf::Section const& section)
{
    return section.offset <= info.size && section.size <= info.size - section.offset;
}

// Strings that all end.
template<class Elf>
bool is_string_table(load_info<Elf> const& info, typename Elf::Section const& section)
{
    return section.type == kElfStringTable && lies_in_file(info, section) && section.size > 0 &&
           info.file[section.offset + section.size - 1] == '\0';
}

template<class Elf>
int check_section(load_info<Elf> const& info, unsigned index)
{
    auto const& section = info.sections[index];
    if (section.type != kElfNoBits && !lies_in_file(info, section)) {
        printk(log_level::err, "Invalid ELF section in module (section %u type %u)\n", index,
               section.type);
        return -ENOEXEC;
    }
    if (section.type == kElfSymbolTable &&
        (section.link == kElfUndefined || section.link >= info.nr_sections)) {
        printk(log_level::err,
               "Invalid ELF sh_link!=SHN_UNDEF(%u) or (sh_link(%u) >= hdr->e_shnum(%u)\n",
               section.link, section.link, info.nr_sections);
        return -ENOEXEC;
    }
    uint64_t const names_size =
        info.sections[reinterpret_cast<typename Elf::Header const*>(info.file)->section_names_index]
            .size;
    if (section.name >= names_size) {
        printk(log_level::err, "Invalid ELF section name in module (section %u type %u)\n", index,
               section.type);
        return -ENOEXEC;
    }
    if ((section.alignment & (section.alignment - 1)) != 0) {
        printk(log_level::err, "Invalid ELF section alignment in module (section %u type %u)\n",
               index, section.type);
        return -ENOEXEC;
    }
    return 0;
}

template<class Elf>
int check_sections(load_info<Elf>& info)
{
    auto const& header = *reinterpret_cast<typename Elf::Header const*>(info.file);
    info.nr_sections = header.section_count;
    info.sections = reinterpret_cast<typename Elf::Section*>(info.file + header.sections_offset);
    auto const& names = info.sections[header.section_names_index];
    if (!is_string_table(info, names)) {
        printk(log_level::err, "ELF Spec violation: section name table isn't null terminated\n");
        return -ENOEXEC;
    }
    info.section_names = info.file + names.offset;
    auto const& first = info.sections[0];
    if (first.type != kElfSectionNull || first.size != 0 || first.address != 0) {
        printk(log_level::err,
               "ELF Spec violation: section 0 type(%u)!=SH_NULL or non-zero len or addr\n",
               first.type);
        return -ENOEXEC;
    }
    for (unsigned i = 1; i < info.nr_sections; i++) {
        if (int const error = check_section(info, i); error != 0)
            return error;
        info.sections[i].entry_size = static_cast<typename Elf::Address>(kNotPlaced);
    }
    return 0;
}

template<class Elf>
int find_special_sections(load_info<Elf>& info)
{
    info.modinfo = find_section(info, ".modinfo", 0);
    if (char const* const name = get_modinfo(info, "name"))
        info.name = name;
    for (unsigned i = 1; i < info.nr_sections; i++) {
        if (info.sections[i].type == kElfSymbolTable) {
            info.symbols = i;
            info.strings = info.sections[i].link;
        }
    }
    info.this_module = find_section(info, kThisModule, 0);
    if (info.this_module == 0) {
        printk(log_level::warning, "%s: No module found in object\n",
               info.name != nullptr ? info.name : "(missing .modinfo name field)");
        return -ENOEXEC;
    }
    auto const& self = info.sections[info.this_module];
    bool const is_aligned = self.alignment >= sizeof(typename Elf::Address);
    if (self.type == kElfNoBits || !is_in_memory<Elf>(self) || !is_aligned ||
        self.size != kModuleWords * sizeof(typename Elf::Address)) {
        printk(log_level::err,
               "module %s: .gnu.linkonce.this_module section size must match the kernel's built "
               "struct module size at run time\n",
               info.name != nullptr ? info.name : "(missing .modinfo name field)");
        return -ENOEXEC;
    }
    if (info.symbols == 0 || !is_string_table(info, info.sections[info.strings])) {
        printk(log_level::warning, "%s: module has no symbols (stripped?)\n",
               info.name != nullptr ? info.name : "(missing .modinfo name field)");
        return -ENOEXEC;
    }
    info.percpu = find_section(info, ".data..percpu");
    return 0;
}

// What .modinfo does not say, __this_module may.
template<class Elf>
int find_name(load_info<Elf>& info)
{
    constexpr size_t kNameOffset = 3 * sizeof(typename Elf::Address);
    constexpr size_t kNameSize = 64 - sizeof(typename Elf::Address);
    if (info.name == nullptr)
        info.name = info.file + info.sections[info.this_module].offset + kNameOffset;
    size_t length = 0;
    while (length < kNameSize && info.name[length] > ' ' && info.name[length] != '/')
        length++;
    if (length > 0 && length < kNameSize && info.name[length] == '\0')
        return 0;
    printk(log_level::err, "Invalid module name\n");
    return -ENOEXEC;
}

} // namespace

template<class Elf>
unsigned find_section(load_info<Elf> const& info, char const* name, uint32_t flags)
{
    for (unsigned i = 1; i < info.nr_sections; i++) {
        if ((info.sections[i].flags & flags) == flags && strcmp(section_name(info, i), name) == 0)
            return i;
    }
    return 0;
}

template<class Elf>
int read_module_file(load_info<Elf>& info, char* file, size_t size)
{
    info = {};
    info.file = file;
    info.size = size;
    if (int const error = check_header<Elf>(file, size); error != 0)
        return error;
    if (int const error = check_sections(info); error != 0)
        return error;
    if (int const error = find_special_sections(info); error != 0)
        return error;
    return find_name(info);
}

#define INSTANTIATE(Elf)                                                                           \
    template unsigned find_section(load_info<Elf> const&, char const*, uint32_t);                  \
    template int read_module_file(load_info<Elf>&, char*, size_t);
FOR_EACH_ELF_CLASS(INSTANTIATE)

} // namespace pagelab::kernel
