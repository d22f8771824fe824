// Symbols against symbols; the rest is wording.
#include "emu/kbuild/modpost.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>

namespace pagelab::kbuild {

namespace {

constexpr std::array kGplCompatible = {"GPL",          "GPL v2",       "GPL and additional rights",
                                       "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};

// What FOO.mod.o, not FOO.o, defines.
constexpr char kThisModule[] = "__this_module";

bool is_gpl_compatible(Relocatable const& module)
{
    auto const license = module.modinfo.find("license");
    return license != module.modinfo.end() &&
           std::ranges::find(kGplCompatible, license->second) != kGplCompatible.end();
}

std::string without_suffix(std::filesystem::path path)
{
    return path.replace_extension().string();
}

std::string mod_source(ModuleObject const& module, std::set<std::string> const& depends)
{
    std::string list;
    for (auto const& name : depends)
        list += (list.empty() ? "" : ",") + name;
    return fmt::format("// What makes a loadable module of {0}.o.\n"
                       "#include <generated/utsrelease.h>\n"
                       "#include <linux/module.h>\n"
                       "#include <linux/vermagic.h>\n"
                       "\n"
                       "MODULE_INFO(vermagic, VERMAGIC_STRING);\n"
                       "MODULE_INFO(name, KBUILD_MODNAME);\n"
                       "MODULE_INFO(depends, \"{1}\");\n"
                       "\n"
                       "struct module __this_module __section(\".gnu.linkonce.this_module\") = {{\n"
                       "    .name = KBUILD_MODNAME,\n"
                       "{2}{3}}};\n",
                       module.path.stem().string(), list,
                       module.contents.has_init ? "    .init = init_module,\n" : "",
                       module.contents.has_exit ? "    .exit = cleanup_module,\n" : "");
}

// Checks one module and says which others it needs.
std::set<std::string> check(ModpostResult& result, ModuleObject const& module, Symvers const& known)
{
    std::string const name = without_suffix(module.path);
    bool const may_use_gpl = is_gpl_compatible(module.contents);
    std::set<std::string> depends;
    if (!module.contents.modinfo.contains("license"))
        result.warnings.push_back(
            fmt::format("WARNING: modpost: missing MODULE_LICENSE() in {}.o", name));
    for (auto const& symbol : module.contents.undefined) {
        auto const found = known.find(symbol);
        if (symbol == kThisModule)
            continue;
        if (found == known.end()) {
            result.errors.push_back(
                fmt::format("ERROR: modpost: \"{}\" [{}.ko] undefined!", symbol, name));
            continue;
        }
        if (found->second.kind == ExportKind::GplOnly && !may_use_gpl)
            result.errors.push_back(fmt::format("ERROR: modpost: GPL-incompatible module {}.ko "
                                                "uses GPL-only symbol '{}'",
                                                module.path.stem().string(), symbol));
        if (found->second.module != "vmlinux")
            depends.insert(module_name(found->second.module));
    }
    return depends;
}

std::string read_text(std::filesystem::path const& path)
{
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

} // namespace

std::string module_name(std::filesystem::path const& object)
{
    auto const file = object.filename();
    std::string name = file.extension() == ".o" ? file.stem().string() : file.string();
    std::ranges::replace(name, '-', '_');
    return name;
}

ModpostResult modpost(std::vector<ModuleObject> const& modules, Symvers const& known)
{
    ModpostResult result;
    Symvers all = known;
    for (auto const& module : modules) {
        for (auto const& [symbol, kind] : module.contents.exported) {
            auto const owner = all.find(symbol);
            if (owner != all.end())
                result.errors.push_back(
                    fmt::format("ERROR: modpost: {}: '{}' exported twice. Previous export was in "
                                "{}{}",
                                without_suffix(module.path), symbol, owner->second.module,
                                owner->second.module == "vmlinux" ? "" : ".ko"));
            result.exported[symbol] = all[symbol] = {without_suffix(module.path), kind};
        }
    }
    for (auto const& module : modules)
        result.sources.push_back(mod_source(module, check(result, module, all)));
    return result;
}

Result<> write_if_changed(std::filesystem::path const& path, std::string const& text)
{
    if (std::filesystem::exists(path) && read_text(path) == text)
        return {};
    std::ofstream out(path, std::ios::binary);
    if (!(out << text).flush())
        return fail("cannot write '{}'", path.string());
    return {};
}

Result<Symvers> read_symvers(std::vector<std::filesystem::path> const& files)
{
    Symvers symbols;
    for (auto const& file : files) {
        if (!std::filesystem::is_regular_file(file))
            return fail("cannot read '{}'", file.string());
        auto const added = add_symvers(symbols, read_text(file));
        if (!added)
            return fail("'{}': {}", file.string(), added.error().message);
    }
    return symbols;
}

Result<> report(ModpostResult const& result)
{
    for (auto const& line : result.warnings)
        fmt::print(stderr, "{}\n", line);
    for (auto const& line : result.errors)
        fmt::print(stderr, "{}\n", line);
    if (!result.errors.empty())
        return fail("{} of the modules' symbols cannot be linked", result.errors.size());
    return {};
}

Result<> modpost_files(std::vector<std::filesystem::path> const& objects,
                       std::vector<std::filesystem::path> const& known,
                       std::filesystem::path const& symvers)
{
    std::vector<ModuleObject> modules;
    for (auto const& path : objects)
        modules.push_back({path, TRY(read_relocatable(path))});
    auto const result = modpost(modules, TRY(read_symvers(known)));
    TRY(report(result));
    for (size_t i = 0; i < modules.size(); i++)
        TRY(write_if_changed(without_suffix(modules[i].path) + ".mod.c", result.sources[i]));
    return write_if_changed(symvers, format_symvers(result.exported));
}

} // namespace pagelab::kbuild
