// The steps of guestkernel/kbuild/Makefile for the commonest case.
#include "emu/kbuild/module_build.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>

#include "emu/kbuild/modpost.hpp"
#include "emu/kbuild/run_command.hpp"

namespace pagelab::kbuild {

namespace {

namespace fs = std::filesystem;

// A folder for what is made on the way.
class Scratch {
  public:
    Scratch() : path_((fs::temp_directory_path() / "pagelab-module-XXXXXX").string())
    {
        is_made_ = mkdtemp(path_.data()) != nullptr;
    }
    ~Scratch()
    {
        std::error_code ignored;
        if (is_made_)
            fs::remove_all(path_, ignored);
    }
    Scratch(Scratch const&) = delete;
    Scratch& operator=(Scratch const&) = delete;

    bool is_made() const { return is_made_; }
    std::string file(std::string const& name) const { return path_ + "/" + name; }

  private:
    std::string path_;
    bool is_made_ = false;
};

std::map<std::string, std::string> read_config(fs::path const& file)
{
    std::map<std::string, std::string> values;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (auto const at = line.find(" := "); at != line.npos)
            values[line.substr(0, at)] = line.substr(at + 4);
    }
    return values;
}

std::vector<std::string> compile_command(Toolchain const& tools, std::string const& arch,
                                         std::string const& name)
{
    return {tools.compiler, fmt::format("@{}", (tools.folder / (arch + ".flags")).string()),
            fmt::format("-DKBUILD_MODNAME=\"{}\"", name),
            fmt::format("-DKBUILD_BASENAME=\"{}\"", name)};
}

Result<> compile(Toolchain const& tools, std::string const& arch, std::string const& name,
                 fs::path const& source, std::string const& object)
{
    auto command = compile_command(tools, arch, name);
    command.insert(command.end(), {"-c", source.string(), "-o", object});
    return run_command(command);
}

} // namespace

Result<Toolchain> find_toolchain(fs::path const& kbuild_folder)
{
    auto const config = read_config(kbuild_folder / "config.mk");
    if (!config.contains("CC") || !config.contains("LD"))
        return fail("no '{}': the kernels have not been built", kbuild_folder.string());
    return Toolchain{kbuild_folder, config.at("CC"), config.at("LD")};
}

Result<std::string> linux_arch(std::string_view name)
{
    if (name == "x86_64" || name == "amd64")
        return "x86_64";
    if (name == "i386" || name == "i686")
        return "i386";
    return fail("architecture '{}' is neither x86_64 nor i386", name);
}

Result<> build_module(Toolchain const& tools, std::string const& arch, fs::path const& source,
                      fs::path const& module)
{
    Scratch const scratch;
    if (!scratch.is_made())
        return fail("cannot make a folder in '{}': {}", fs::temp_directory_path().string(),
                    std::strerror(errno));
    std::string const stem = module.stem().string();
    std::string const name = module_name(stem);
    std::string const object = scratch.file(stem + ".o");
    std::string const mod_object = scratch.file(stem + ".mod.o");
    TRY(compile(tools, arch, name, source, object));
    // Messages name the module, not the scratch folder.
    ModuleObject const compiled{fs::path(module).replace_extension(".o"),
                                TRY(read_relocatable(object))};
    auto const checked =
        modpost({compiled}, TRY(read_symvers({tools.folder / (arch + ".symvers")})));
    TRY(report(checked));
    TRY(write_if_changed(scratch.file(stem + ".mod.c"), checked.sources[0]));
    TRY(compile(tools, arch, name, scratch.file(stem + ".mod.c"), mod_object));
    return run_command({tools.linker, "-r", "-T", (tools.folder / "module.lds").string(), object,
                        mod_object, "-o", module.string()});
}

Result<> make_modules(Toolchain const& tools, std::string const& arch, fs::path const& folder)
{
    return run_command({"make", "--no-print-directory", "-C", tools.folder.string(),
                        "M=" + fs::absolute(folder).lexically_normal().string(), "ARCH=" + arch,
                        "modules"});
}

} // namespace pagelab::kbuild
