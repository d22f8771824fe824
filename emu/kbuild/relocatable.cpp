// libelf reads both classes; what it cannot make sense of is an error with its words.
#include "emu/kbuild/relocatable.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

namespace pagelab::kbuild {

namespace {

constexpr std::string_view kExportPrefix = "__ksymtab_";
constexpr std::string_view kGplTable = "__ksymtab_gpl";
constexpr std::string_view kGplSection = "___ksymtab_gpl+";

class ElfFile {
  public:
    explicit ElfFile(std::filesystem::path const& path)
        : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC))
    {
        elf_version(EV_CURRENT);
        if (descriptor_ >= 0)
            elf_ = elf_begin(descriptor_, ELF_C_READ, nullptr);
    }
    ~ElfFile()
    {
        elf_end(elf_);
        if (descriptor_ >= 0)
            close(descriptor_);
    }
    ElfFile(ElfFile const&) = delete;
    ElfFile& operator=(ElfFile const&) = delete;

    bool is_open() const { return descriptor_ >= 0; }
    Elf* get() const { return elf_; }

  private:
    int descriptor_;
    Elf* elf_ = nullptr;
};

std::string_view section_name(Elf* elf, size_t names, GElf_Word offset)
{
    char const* const name = elf_strptr(elf, names, offset);
    return name == nullptr ? std::string_view() : name;
}

void read_modinfo(Relocatable& module, Elf_Data const& data)
{
    std::string_view rest(static_cast<char const*>(data.d_buf), data.d_size);
    while (!rest.empty()) {
        auto const text = rest.substr(0, rest.find('\0'));
        rest.remove_prefix(std::min(text.size() + 1, rest.size()));
        if (auto const equals = text.find('='); equals != text.npos)
            module.modinfo[std::string(text.substr(0, equals))] = text.substr(equals + 1);
    }
}

// Before the last link each entry has a section of its own, then they share one.
ExportKind export_kind(Elf* elf, size_t names, GElf_Section index)
{
    GElf_Shdr header;
    Elf_Scn* const section = elf_getscn(elf, index);
    if (section == nullptr || gelf_getshdr(section, &header) == nullptr)
        return ExportKind::Any;
    auto const name = section_name(elf, names, header.sh_name);
    bool const is_gpl = name == kGplTable || name.starts_with(kGplSection);
    return is_gpl ? ExportKind::GplOnly : ExportKind::Any;
}

void read_symbol(Relocatable& module, Elf* elf, size_t names, GElf_Sym const& symbol,
                 std::string_view name)
{
    if (symbol.st_shndx == SHN_UNDEF) {
        if (!name.empty() && GELF_ST_BIND(symbol.st_info) == STB_GLOBAL)
            module.undefined.emplace_back(name);
    } else if (name.starts_with(kExportPrefix)) {
        module.exported[std::string(name.substr(kExportPrefix.size()))] =
            export_kind(elf, names, symbol.st_shndx);
    } else {
        module.has_init |= name == "init_module";
        module.has_exit |= name == "cleanup_module";
    }
}

void read_symbols(Relocatable& module, Elf* elf, size_t names, GElf_Shdr const& header,
                  Elf_Data* data)
{
    GElf_Sym symbol;
    for (int i = 1; gelf_getsym(data, i, &symbol) != nullptr; i++) {
        char const* const name = elf_strptr(elf, header.sh_link, symbol.st_name);
        read_symbol(module, elf, names, symbol, name == nullptr ? "" : name);
    }
    std::ranges::sort(module.undefined);
}

} // namespace

Result<Relocatable> read_relocatable(std::filesystem::path const& file)
{
    ElfFile const opened(file);
    if (!opened.is_open())
        return fail("cannot read '{}': {}", file.string(), std::strerror(errno));
    Elf* const elf = opened.get();
    GElf_Ehdr header;
    size_t names = 0;
    if (elf == nullptr || gelf_getehdr(elf, &header) == nullptr || header.e_type != ET_REL ||
        elf_getshdrstrndx(elf, &names) != 0)
        return fail("'{}' is no relocatable ELF file", file.string());
    Relocatable module;
    bool has_symbols = false;
    for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr;
         section = elf_nextscn(elf, section)) {
        GElf_Shdr shape;
        Elf_Data* data = nullptr;
        if (gelf_getshdr(section, &shape) == nullptr)
            continue;
        bool const is_modinfo = section_name(elf, names, shape.sh_name) == ".modinfo";
        if ((is_modinfo || shape.sh_type == SHT_SYMTAB) &&
            (data = elf_getdata(section, nullptr)) == nullptr)
            return fail("'{}': {}", file.string(), elf_errmsg(-1));
        if (is_modinfo && data->d_buf != nullptr)
            read_modinfo(module, *data);
        if (shape.sh_type == SHT_SYMTAB) {
            has_symbols = true;
            read_symbols(module, elf, names, shape, data);
        }
    }
    if (!has_symbols)
        return fail("'{}' has no symbols", file.string());
    return module;
}

} // namespace pagelab::kbuild
